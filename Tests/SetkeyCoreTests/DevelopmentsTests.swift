import IPsec
import Testing

@testable import SetkeyCore

struct DevelopmentsTests {
    private var developments = Developments()

    private static func name(_ development: KernelDesk.Development?) -> String? {
        switch development {
        case nil: nil
        case .caughtUp: "caught up"
        case .doubted: "doubted"
        default: "another"
        }
    }

    @Test mutating func eachIsToldOnceAndInItsOrder() {
        #expect(developments.isEmpty)
        #expect(developments.next() == nil)
        developments.append(.caughtUp)
        developments.append(.doubted)
        developments.append(.caughtUp)
        #expect(Self.name(developments.next()) == "caught up")
        #expect(Self.name(developments.next()) == "doubted")
        #expect(!developments.isEmpty)
        #expect(Self.name(developments.next()) == "caught up")
        #expect(developments.isEmpty)
        #expect(developments.next() == nil)
    }

    /// What one of them leads to may be news at once.
    @Test mutating func whatComesMeanwhileIsToldBehindIt() {
        developments.append(.caughtUp)
        developments.append(.caughtUp)
        _ = developments.next()
        developments.append(.doubted)
        #expect(Self.name(developments.next()) == "caught up")
        #expect(Self.name(developments.next()) == "doubted")
        developments.append(.caughtUp)
        #expect(Self.name(developments.next()) == "caught up")
        #expect(developments.isEmpty)
    }
}
