import ControlProtocol
import IPsec
import Testing

@testable import SetkeyCore

/// Whose the entries are that clients see.
@Suite struct OwnerTests {
    private static let file = """
        add 192.0.2.1 192.0.2.2 esp 0x1001 -E null;
        spdadd 10.1.0.0/24 10.2.0.0/24 any -P out discard;

        """
    private static let foreign =
        "add 192.0.2.1 192.0.2.3 esp 0x1002 -E null; spdadd 10.3.0.0/24 10.4.0.0/24 any -P in none;"

    private func owners(_ machine: inout Machine, _ call: Call) -> [String: String?] {
        machine.replies = []
        machine.post(.called(Machine.nobody, call))
        var owners: [String: String?] = [:]
        for reply in machine.replies {
            switch reply.reply {
            case .associations(let reply):
                for record in reply.associations { owners[record.destination] = record.owner }
            case .policies(let reply): for record in reply.policies { owners[record.source] = record.owner }
            default: Issue.record("\(reply)")
            }
        }
        return owners
    }

    @Test(arguments: Machine.Door.allCases) func listsSayWhoseEntriesAre(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Self.file)
        machine.foreignRun(Self.foreign)
        #expect(
            owners(&machine, .listAssociations(ListAssociationsParameters()))
                == ["192.0.2.2": "test.conf:1", "192.0.2.3": "foreign"])
        #expect(
            owners(&machine, .listPolicies(ListPoliciesParameters()))
                == ["10.1.0.0/24": "test.conf:2", "10.3.0.0/24": "foreign"])
    }

    @Test func whatTheKernelHasOtherwiseHasDrifted() {
        var machine = Machine.started(on: .xfrm, file: Self.file, drift: .report)
        machine.foreignRun(
            "spddelete 10.1.0.0/24 10.2.0.0/24 any -P out; spdadd 10.1.0.0/24 10.2.0.0/24 any -P out none;")
        machine.pass(quarters: 8)
        #expect(
            owners(&machine, .listPolicies(ListPoliciesParameters())) == ["10.1.0.0/24": "test.conf:2, drifted"])
    }

    @Test func aVerboseDumpSaysItAndNoOther() throws {
        var machine = Machine.started(file: Self.file)
        for isVerbose in [false, true] {
            var parameters = ExecuteParameters(text: "dump; spddump;")
            parameters.verbose = isVerbose
            machine.replies = []
            machine.post(.called(Machine.root, .execute(parameters)))
            let text = machine.replies.compactMap {
                if case .execute(let reply) = $0.reply { reply.output?.string } else { nil }
            }.joined()
            #expect(text.contains("owner: test.conf:1") == isVerbose, "\(text)")
            #expect(text.contains("owner: test.conf:2") == isVerbose, "\(text)")
        }
    }
}
