import ControlProtocol
import IPsec
import TestSupport
import Testing

@testable import SetkeyCore

/// A run comes in calls, and the next one may come while one is under way.
struct RunInPartsTests {
    private static func add(_ spi: Int) -> String {
        "add 1.1.1.1 2.2.2.2 esp \(spi) -E null -A hmac-md5 0x00112233445566778899aabbccddeeff ;\n"
    }

    private static func part(_ text: String, isLast: Bool, atomic: Bool = false) -> Event {
        var parameters = ExecuteParameters(text: WireText(text))
        parameters.atomic = atomic ? true : nil
        parameters.unfinished = isLast ? nil : true
        return .called(Machine.root, .execute(parameters))
    }

    private static func executed(_ machine: Machine) -> [Int] {
        machine.replies.map { if case .execute(let reply) = $0.reply { reply.executed } else { -1 } }
    }

    @Test func requestsOfTheNextPartGoOutWhileOneIsInFlight() {
        var machine = Machine.started()
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
    @Test func anErrorInTheNextPartIsToldAfterThePartBeforeIt() {
        var machine = Machine.started()
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

    @Test func aDumpInTheNextPartWaitsForAllBeforeIt() throws {
        var machine = Machine.started()
        machine.queue(Self.part(Self.add(300), isLast: false))
        machine.queue(Self.part("dump ; \(Self.add(301))", isLast: true))
        machine.settle()
        #expect(Self.executed(machine) == [1, 2])
        guard case .execute(let reply)? = machine.replies.last?.reply else { return }
        let output = String(decoding: try #require(reply.output).bytes, as: UTF8.self)
        #expect(output.contains("spi=300(") && !output.contains("spi=301("))
    }

    /// Random runs come to the same, whether their parts come one by one or at once.
    @Test(arguments: 0..<40) func partsThatComeEarlyChangeNothing(seed: UInt64) {
        var random = SplitMix(seed: seed)
        for _ in 0..<10 {
            let atomic = Bool.random(using: &random)
            let parts = (0..<3).map { _ in Self.randomText(&random) }
            let events = parts.indices.map { Self.part(parts[$0], isLast: $0 == 2, atomic: atomic) }
            var oneByOne = Machine.started()
            for event in events { oneByOne.post(event) }
            var early = Machine.started()
            for event in events { early.queue(event) }
            early.settle()
            #expect(Self.told(early) == Self.told(oneByOne), "\(parts)")
            #expect(early.errors.map(\.error) == oneByOne.errors.map(\.error))
            #expect(early.truth().associations == oneByOne.truth().associations)
        }
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

    private static func randomText(_ random: inout SplitMix) -> String {
        (0..<Int.random(in: 0...6, using: &random)).map { _ in
            let spi = Int.random(in: 300...306, using: &random)
            return switch Int.random(in: 0...20, using: &random) {
            case 0...9: add(spi)
            case 10: "update" + add(spi).dropFirst(3)
            case 11...13: "delete 1.1.1.1 2.2.2.2 esp \(spi) ;"
            case 14: "deleteall 1.1.1.1 2.2.2.2 ;"
            case 15...16: "get 1.1.1.1 2.2.2.2 esp \(spi) ;"
            case 17: "dump ;"
            case 18: Int.random(in: 0...3, using: &random) == 0 ? "bogus ;" : ""
            case 19: Int.random(in: 0...3, using: &random) == 0 ? "exit ;" : ""
            default: "flush esp ;"
            }
        }.joined(separator: "\n")
    }
}
