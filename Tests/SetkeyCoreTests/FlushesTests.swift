import ControlProtocol
import IPsec
import Testing

@testable import SetkeyCore

struct FlushesTests {
    private static let one = ClientID(rawValue: 1)
    private static let two = ClientID(rawValue: 2)

    private static func isPolicies(_ request: KernelRequest?) -> Bool {
        if case .flushPolicies? = request { true } else { false }
    }

    @Test func theyComeInTheirOrderAndOneThatWasNotSentComesFirst() throws {
        var flushes = Flushes()
        flushes.append(.flushPolicies, of: Self.one)
        flushes.append(.flush(nil), of: Self.two)
        let next = flushes.next()
        let first = try #require(next)
        #expect(first.client == Self.one && Self.isPolicies(first.request))
        flushes.putBack(first.request, of: first.client)
        let clients = [flushes.next(), flushes.next(), flushes.next()].map { $0?.client }
        #expect(clients == [Self.one, Self.two, nil])
    }

    @Test func thoseOfAClientThatHasLeftAreForgotten() {
        var flushes = Flushes()
        flushes.append(.flush(nil), of: Self.one)
        flushes.append(.flushPolicies, of: Self.two)
        flushes.append(.flush(.esp), of: Self.one)
        flushes.remove(Self.one)
        let clients = [flushes.next(), flushes.next()].map { $0?.client }
        #expect(clients == [Self.two, nil])
    }
}
