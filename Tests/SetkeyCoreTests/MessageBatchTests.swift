import ControlProtocol
import IPsec
import TestSupport
import Testing

@testable import SetkeyCore

/// Messages of the kernel that are handled together lead to what they lead to one by one.
struct MessageBatchTests {
    private static let count = 600

    private static func entries(_ numbers: Range<Int>) -> String {
        numbers.map {
            "add 192.0.2.1 192.0.2.2 esp \(1000 + $0) -E null ;\n"
                + "spdadd 10.\($0 / 256).\($0 % 256).0/24 10.200.0.0/16 any -P out discard ;\n"
        }.joined()
    }

    private static func deletion(_ number: Int) -> String {
        "delete 192.0.2.1 192.0.2.2 esp \(1000 + number) ;\n"
            + "spddelete 10.\(number / 256).\(number % 256).0/24 10.200.0.0/16 any -P out ;\n"
    }

    /// What the kernel says while it dumps, and others change entries, and what the daemon was before.
    private static func dump(
        of database: DatabaseName, _ random: inout SplitMix
    ) throws -> (machine: Machine, messages: [KernelEvent]) {
        var machine = Machine.started(file: entries(0..<3))
        #expect(try machine.run(entries(0..<count)).failures?.count == 6)
        machine.queue(.called(Machine.root, .render(RenderParameters(database: database))))
        machine.queue(.called(Machine.nobody, .monitor(MonitorParameters())))
        var messages: [KernelEvent] = []
        while case .kernel(let some)? = machine.nextOfKernel() {
            messages += some
            guard Int.random(in: 0..<50, using: &random) == 0 else { continue }
            let number = Int.random(in: 0..<count + 20, using: &random)
            machine.foreignRun(deletion(number) + (number % 2 == 0 ? entries(number..<number + 1) : ""))
        }
        return (machine, messages)
    }

    private struct Result {
        var text = ""
        var told: [String]
        var log: [String]
        var associations: [SecurityAssociation] = []
        var policies: [SecurityPolicy] = []

        init(_ machine: Machine) {
            for case (_, .render(let part), _) in machine.replies { text += part.text.string }
            told = machine.told.map { "\($0.event) \($0.summary ?? "")" }
            log = machine.log.map(\.message)
            machine.daemon.mirror.associations.forEach { associations.append($0) }
            machine.daemon.mirror.policies.forEach { policies.append($0) }
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func makeNoDifference(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        for database in DatabaseName.allCases {
            let (machine, messages) = try Self.dump(of: database, &random)
            var (single, together) = (machine, machine)
            for message in messages { single.queue(.kernel([message])) }
            var rest = messages[...]
            while !rest.isEmpty {
                let batch = rest.prefix(Int.random(in: 1...64, using: &random))
                rest = rest.dropFirst(batch.count)
                together.queue(.kernel(Array(batch)))
            }
            single.settle()
            together.settle()
            let (expected, result) = (Result(single), Result(together))
            #expect(messages.count > Self.count && expected.text.count > 30 * Self.count && !expected.told.isEmpty)
            #expect(result.text == expected.text)
            #expect(result.told == expected.told)
            #expect(result.log == expected.log)
            #expect(result.associations == expected.associations && result.policies == expected.policies)
        }
    }

    @Test func whatWasNotMadeForARunIsCounted() {
        let form = ShownMessage.Form(text: Array("shown\n".utf8), digits: "")
        var output = ExecuteOutput()
        output.note(form, isMade: true)
        // It came together with what made room, when there was none.
        output.note(nil, isMade: false)
        // No message of the kernel.
        output.note(nil, isMade: true)
        var reply = ExecuteReply(executed: 0)
        output.move(to: &reply)
        #expect(
            reply.messages?.string
                == "shown\nsetkeyd: 1 kernel message is missing here: they came faster than this client reads\n")
    }
}
