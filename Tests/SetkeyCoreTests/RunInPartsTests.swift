import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// A run comes in calls, and the next one may come while one is under way.
struct RunInPartsTests {
    private static func add(_ spi: Int) -> String {
        "add 1.1.1.1 2.2.2.2 esp \(spi) -E null -A hmac-md5 0x00112233445566778899aabbccddeeff ;\n"
    }

    private static func part(
        _ text: String, isLast: Bool, ahead: Bool = false, atomic: Bool = false, rfc: Bool = false
    ) -> Event {
        var parameters = ExecuteParameters(text: WireText(text))
        parameters.ahead = ahead ? true : nil
        parameters.atomic = atomic ? true : nil
        parameters.rfcSemantics = rfc ? true : nil
        parameters.unfinished = isLast ? nil : true
        return .called(Machine.root, .execute(parameters))
    }

    private static func executed(_ machine: Machine) -> [Int] {
        machine.replies.map { if case .execute(let reply) = $0.reply { reply.executed } else { -1 } }
    }

    @Test(arguments: Machine.Door.allCases) func requestsOfTheNextPartGoOutWhileOneIsInFlight(_ door: Machine.Door) {
        var machine = Machine.started(on: door)
        machine.queue(Self.part((300..<310).map(Self.add).joined(), isLast: false))
        #expect(machine.asked.count == 10)
        machine.queue(Self.part((400..<410).map(Self.add).joined(), isLast: true))
        #expect(machine.asked.count == 20)
        #expect(machine.replies.isEmpty)
        machine.settle()
        #expect(Self.executed(machine) == [10, 10])
        #expect(machine.truth().associations.count == 20)
    }

    /// Parsed whole before anything of it is applied, and nothing is said of it before its turn.
    @Test(arguments: Machine.Door.allCases) func anErrorInTheNextPartIsToldAfterThePartBeforeIt(_ door: Machine.Door) {
        var machine = Machine.started(on: door)
        machine.queue(Self.part(Self.add(300), isLast: false))
        machine.queue(Self.part(Self.add(301) + "bogus ;", isLast: true))
        #expect(machine.errors.isEmpty)
        machine.settle()
        #expect(Self.executed(machine) == [1])
        guard case .invalidText? = machine.errors.last?.error else {
            Issue.record("the text was accepted")
            return
        }
        #expect(machine.truth().associations.count == 1)
    }

    @Test(arguments: Machine.Door.allCases) func aDumpInTheNextPartWaitsForAllBeforeIt(_ door: Machine.Door) throws {
        var machine = Machine.started(on: door)
        machine.queue(Self.part(Self.add(300), isLast: false))
        machine.queue(Self.part("dump ; \(Self.add(301))", isLast: true))
        machine.settle()
        #expect(Self.executed(machine) == [1, 2])
        guard case .execute(let reply)? = machine.replies.last?.reply else { return }
        let output = String(decoding: try #require(reply.output).bytes, as: UTF8.self)
        #expect(output.contains("spi=300(") && !output.contains("spi=301("))
    }

    /// Random runs come to the same, whether their parts come one by one, at once, or are read ahead.
    @Test(arguments: 0..<40) func partsThatComeEarlyChangeNothing(seed: UInt64) {
        var random = SplitMix(seed: seed)
        for _ in 0..<10 {
            let (atomic, rfc) = (Bool.random(using: &random), Bool.random(using: &random))
            let parts = (0..<3).map { _ in Self.randomText(&random) }
            let aheadCount = Int.random(in: 0...2, using: &random)
            let events = parts.indices.map { Self.part(parts[$0], isLast: $0 == 2, atomic: atomic, rfc: rfc) }
            var oneByOne = Machine.started()
            for event in events { oneByOne.post(event) }
            var early = Machine.started()
            for event in events { early.queue(event) }
            early.settle()
            var ahead = Machine.started()
            for index in parts.indices {
                let isAhead = index < aheadCount
                ahead.post(
                    Self.part(parts[index], isLast: index == 2, ahead: isAhead, atomic: atomic, rfc: rfc))
                if isAhead { #expect(ahead.writes.isEmpty && ahead.replies.isEmpty && ahead.errors.isEmpty) }
            }
            // An error in what is read before anything begins leaves all of it undone.
            let isBroken = aheadCount > 0 && parts[...aheadCount].contains(where: Self.hasError)
            if isBroken { #expect(ahead.writes.isEmpty && ahead.replies.isEmpty && ahead.errors.count == 3) }
            for var machine in isBroken ? [early] : [early, ahead] {
                #expect(Self.told(machine) == Self.told(oneByOne), "\(parts)")
                #expect(machine.errors.map(\.error) == oneByOne.errors.map(\.error))
                #expect(machine.truth().associations == oneByOne.truth().associations)
                #expect(
                    Set(machine.truth().policies.map(\.identity)) == Set(oneByOne.truth().policies.map(\.identity)))
            }
        }
    }

    /// A run in which many statements are refused comes to what its statements come to one after the other.
    @Test(arguments: 0..<20) func refusalsChangeNoOrder(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let statements = (0..<60).map { _ in Self.randomStatement(&random) }
        for rfc in [false, true] {
            var together = Machine.started()
            for (index, half) in [statements[..<30], statements[30...]].enumerated() {
                together.queue(Self.part(half.joined(separator: "\n"), isLast: index == 1, rfc: rfc))
            }
            together.settle()
            var alone = Machine.started()
            for statement in statements { alone.post(Self.part(statement, isLast: true, rfc: rfc)) }
            #expect(together.truth().associations == alone.truth().associations, "\(statements)")
            #expect(Set(together.truth().policies.map(\.identity)) == Set(alone.truth().policies.map(\.identity)))
            #expect(Self.failures(together) == Self.failures(alone))
            #expect(Self.executed(together).reduce(0, +) == 60)
        }
    }

    private static func failures(_ machine: Machine) -> [String] {
        machine.replies.flatMap { reply -> [String] in
            if case .execute(let reply) = reply.reply { reply.failures?.map(\.operation) ?? [] } else { [] }
        }
    }

    /// A run that waits for its next part does not take what other calls ask for.
    @Test(arguments: Machine.Door.allCases) func aCallBetweenTwoPartsIsAnswered(_ door: Machine.Door) {
        var machine = Machine.started(on: door)
        machine.post(Self.part(Self.add(300), isLast: false))
        machine.post(.called(Machine.root, .render(RenderParameters(database: .associations))))
        guard case .render(let reply)? = machine.replies.last?.reply else {
            Issue.record("the dump is not answered")
            return
        }
        #expect(reply.text.string.contains("spi=300("))
        machine.post(Self.part("dump ;", isLast: true))
        guard case .execute(let last)? = machine.replies.last?.reply else { return }
        #expect(last.output?.string.contains("spi=300(") == true)
    }

    /// What the first part asks for holds for all.
    @Test(arguments: Machine.Door.allCases) func aLaterPartCannotChangeHowTheRunIsExecuted(_ door: Machine.Door) {
        var machine = Machine.started(on: door)
        machine.post(Self.part(Self.add(300), isLast: false, atomic: true))
        machine.post(Self.part(Self.add(301) + Self.add(300) + Self.add(302), isLast: true))
        #expect(machine.truth().associations.isEmpty)
    }

    /// What was said of statements, reply by reply, and behind that what was printed.
    private static func told(_ machine: Machine) -> [ExecuteReply] {
        var replies: [ExecuteReply] = []
        var output: [UInt8] = []
        for case .execute(var reply) in machine.replies.map(\.reply) {
            output += reply.output?.bytes ?? []
            reply.output = nil
            replies.append(reply)
        }
        var printed = ExecuteReply(executed: 0)
        printed.output = WireText(output)
        return replies + [printed]
    }

    private static func hasError(_ text: String) -> Bool {
        var parser = Parser(Array(text.utf8), options: ParserOptions())
        _ = parser.rest()
        return parser.errorCount > 0
    }

    private static func randomText(_ random: inout SplitMix) -> String {
        (0..<Int.random(in: 0...6, using: &random)).map { _ in
            switch Int.random(in: 0...8, using: &random) {
            case 0: "dump ;"
            case 1: Int.random(in: 0...5, using: &random) == 0 ? "bogus ;" : ""
            case 2: Int.random(in: 0...5, using: &random) == 0 ? "exit ;" : ""
            case 3: "get 1.1.1.1 2.2.2.2 esp \(Int.random(in: 300...306, using: &random)) ;"
            default: randomStatement(&random)
            }
        }.joined(separator: "\n")
    }

    /// One that changes something, and is refused often.
    private static func randomStatement(_ random: inout SplitMix) -> String {
        let spi = Int.random(in: 300...306, using: &random)
        let policy = "1.1.1.1 2.2.2.2 \(Int.random(in: 1...3, using: &random)) -P in"
        return switch Int.random(in: 0...20, using: &random) {
        case 0...9: add(spi)
        case 10: "update" + add(spi).dropFirst(3)
        case 11...13: "delete 1.1.1.1 2.2.2.2 esp \(spi) ;"
        case 14: "deleteall 1.1.1.1 2.2.2.2 ;"
        case 15...17: "spdadd \(policy) discard ;"
        case 18...19: "spddelete \(policy) ;"
        default: "flush esp ;"
        }
    }
}
