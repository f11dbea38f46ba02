import ControlProtocol
import IPsec
import KernelBackends
import TestSupport
import Testing

@testable import SetkeyCore

struct ExecuteTests {
    private static func add(_ spi: Int) -> String {
        "add 1.1.1.1 2.2.2.2 esp \(spi) -E null -A hmac-md5 0x00112233445566778899aabbccddeeff ;\n"
    }

    private static let policy = "spdadd 1.1.1.1 2.2.2.2 any -P in ipsec esp/transport//unique:5 ;"

    @Test(arguments: Machine.Door.allCases) func aFailureNamesTheStatementAndTheRunGoesOn(_ door: Machine.Door) throws {
        var machine = Machine.started(on: door)
        let text = Self.add(300) + Self.add(300) + Self.add(301)
        let reply = try machine.run(text)
        #expect(reply.executed == 3)
        let failure = try #require(reply.failures?.first)
        #expect(failure.offset == Self.add(300).utf8.count)
        #expect(failure.operation == "add esp 2.2.2.2 spi 0x12c")
        #expect(failure.reason.hasPrefix("the SA already exists (EEXIST); update"))
        #expect(failure.errno == 17)
        #expect(machine.truth().associations.count == 2)
    }

    /// What `get` and the dumps find comes as records where these are asked for, empty where they find nothing.
    @Test(arguments: Machine.Door.allCases) func recordsTakeThePlaceOfText(_ door: Machine.Door) throws {
        var machine = Machine.started(on: door)
        var parameters = ExecuteParameters(text: "dump; spddump;")
        parameters.records = true
        var reply = try machine.run(parameters)
        #expect(reply.associations == [] && reply.policies == [] && reply.output == nil && reply.executed == 2)
        parameters.text = WireText(Self.add(300) + Self.add(301) + Self.policy + "get 1.1.1.1 2.2.2.2 esp 300;")
        reply = try machine.run(parameters)
        #expect(reply.associations?.map(\.spi) == [300] && reply.policies == nil && reply.output == nil)
        #expect(reply.associations?.first?.integrityKey == nil)
        parameters.text = "dump; spddump;"
        parameters.showKeys = true
        reply = try machine.run(parameters)
        #expect(Set((reply.associations ?? []).map(\.spi)) == [300, 301])
        #expect(reply.associations?.first?.integrityKey == "00112233445566778899aabbccddeeff")
        #expect(reply.policies?.map(\.transforms) == [["esp/transport//unique:5"]])
    }

    /// A long dump comes in several replies.
    @Test func recordsOfALongDumpComeInParts() throws {
        var machine = Machine.started()
        machine.execute((1000..<1700).map(Self.add).joined())
        var parameters = ExecuteParameters(text: "dump;")
        parameters.records = true
        _ = try machine.run(parameters)
        let parts = machine.replies.compactMap {
            if case .execute(let part) = $0.reply { part.associations } else { nil }
        }
        #expect(parts.count > 2 && Set(parts.joined().map(\.spi)) == Set(1000..<1700))
    }

    @Test(arguments: Machine.Door.allCases) func textWithAnErrorAppliesNothing(_ door: Machine.Door) {
        var machine = Machine.started(on: door)
        machine.execute(Self.add(300) + "flush nonsense ;" + "bogus ;")
        guard case .invalidText(let diagnostics) = machine.errors.last?.error else {
            Issue.record("the text was accepted")
            return
        }
        #expect(diagnostics.count == 2)
        #expect(machine.writes.isEmpty)
    }

    @Test(arguments: Machine.Door.allCases) func anAtomicRunIsUndoneAtItsFirstFailure(_ door: Machine.Door) throws {
        var machine = Machine.started(on: door)
        machine.execute(Self.add(300) + Self.policy)
        let before = machine.truth()
        let reply = try machine.run(
            """
            delete 1.1.1.1 2.2.2.2 esp 300 ;
            \(Self.add(301))
            spddelete 1.1.1.1 2.2.2.2 any -P in ;
            spdupdate 3.3.3.3 4.4.4.4 any -P out discard ;
            flush ;
            \(Self.add(302))\(Self.add(302))\(Self.add(303))
            """, atomic: true)
        #expect(reply.failures?.count == 1)
        #expect(reply.undone == 6)
        #expect(machine.truth().associations == before.associations)
        #expect(machine.truth().policies.map(\.identity) == before.policies.map(\.identity))
    }

    @Test(arguments: Machine.Door.allCases) func laterPartsOfAnAbortedRunAreRefused(_ door: Machine.Door) throws {
        var machine = Machine.started(on: door)
        var part = ExecuteParameters(text: WireText(Self.add(300) + Self.add(300)))
        part.atomic = true
        part.unfinished = true
        machine.post(.called(Machine.root, .execute(part)))
        part.text = WireText(Self.add(301))
        part.unfinished = nil
        machine.post(.called(Machine.root, .execute(part)))
        #expect(machine.errors.last?.error == .runAborted)
        #expect(machine.truth().associations.isEmpty)
        // The run is over: the next one is a new one.
        let later = try machine.run(Self.add(301))
        #expect(later.failures == nil)
    }

    @Test(arguments: Machine.Door.allCases) func rfcSemanticsAddTheForwardTwin(_ door: Machine.Door) {
        var machine = Machine.started(on: door)
        var parameters = ExecuteParameters(text: WireText(Self.policy))
        parameters.rfcSemantics = true
        machine.post(.called(Machine.root, .execute(parameters)))
        let directions = Set(machine.truth().policies.map(\.identity.direction))
        #expect(directions == [.inbound, .forward])
        parameters.text = "spddelete 1.1.1.1 2.2.2.2 any -P in ;"
        machine.post(.called(Machine.root, .execute(parameters)))
        #expect(machine.truth().policies.isEmpty)
    }

    @Test(arguments: Machine.Door.allCases) func deleteallRemovesEveryMatchAndNothingElse(_ door: Machine.Door) {
        var machine = Machine.started(on: door)
        machine.execute((300..<340).map(Self.add).joined())
        machine.execute("add 1.1.1.1 2.2.2.2 ah 300 -A hmac-md5 0x00112233445566778899aabbccddeeff ;")
        machine.execute("add 1.1.1.9 2.2.2.2 esp 900 -E null ;")
        machine.execute("deleteall 1.1.1.1 2.2.2.2 esp ;")
        #expect(machine.truth().associations.count == 2)
        machine.execute("deleteall 1.1.1.1 2.2.2.2 ;")
        #expect(machine.truth().associations.map(\.identity.spi.rawValue) == [900])
    }

    @Test(arguments: Machine.Door.allCases) func dumpsInsideARunAreCompleteAndNumbered(_ door: Machine.Door) throws {
        var machine = Machine.started(on: door)
        machine.execute((300..<2300).map(Self.add).joined())
        var text: [UInt8] = []
        machine.replies = []
        machine.post(
            .called(Machine.root, .execute(ExecuteParameters(text: "dump esp ; get 1.1.1.1 2.2.2.2 esp 300 ;"))))
        for case (_, .execute(let reply), _) in machine.replies { text += reply.output?.bytes ?? [] }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        let numbers = lines.filter { $0.contains("sadb_seq=") }.map { $0.split(separator: " ")[0] }
        #expect(numbers.count == 2001)
        #expect(numbers[0] == "\tsadb_seq=1")
        #expect(numbers[1999] == "\tsadb_seq=0")
    }

    @Test(arguments: Machine.Door.allCases) func exitEndsTheReading(_ door: Machine.Door) throws {
        var machine = Machine.started(on: door)
        let reply = try machine.run(Self.add(300) + "exit ;" + Self.add(301))
        #expect(reply.ended == true)
        #expect(machine.truth().associations.count == 1)
    }

    @Test(arguments: Machine.Door.allCases) func whoIsNotPrivilegedChangesNothingAndSeesNoKeys(_ door: Machine.Door) {
        var machine = Machine.started(on: door)
        var render = RenderParameters(database: .associations)
        render.showKeys = true
        let calls: [Call] = [
            .execute(ExecuteParameters(text: "flush ;")), .flush(FlushParameters(database: .policies)),
            .reload(ReloadParameters()), .confirm, .revert,
            .render(render),
        ]
        for call in calls {
            machine.errors = []
            machine.post(.called(Machine.nobody, call))
            guard case .permissionDenied = machine.errors.last?.error else {
                Issue.record("\(call) was not refused")
                continue
            }
        }
        #expect(machine.writes.isEmpty)
        machine.replies = []
        machine.post(.called(Machine.nobody, .status))
        #expect(machine.replies.count == 1)
    }

    // MARK: A kernel that fails

    @Test(arguments: Machine.Door.allCases) func aLostAnswerIsNotALostStatement(_ door: Machine.Door) throws {
        var machine = Machine.started(on: door)
        machine.kernel.faults = FaultPlan([.init(.loseAnswers, on: .add, occurrences: 2...2)])
        let reply = try machine.run((300..<310).map(Self.add).joined())
        #expect(reply.failures == nil)
        #expect(reply.executed == 10)
        #expect(machine.truth().associations.count == 10)
        #expect(machine.mirrored.associations == machine.truth().associations)
    }

    @Test(arguments: Machine.Door.allCases) func aKernelThatRefusesEverythingIsReportedAndServedOn(_ door: Machine.Door)
        throws
    {
        var machine = Machine.started(on: door, faults: .refusingEverything())
        #expect(machine.isReady == nil)
        #expect(machine.log.contains { $0.priority == .error && $0.message.contains("EPERM") })
        let reply = try machine.run(Self.add(300))
        #expect(reply.failures?.first?.reason.contains("EPERM") == true)
        machine.kernel.faults = .none
        machine.pass(seconds: 11)
        #expect(machine.daemon.mirror.associations.count == 0)
        let later = try machine.run(Self.add(300))
        #expect(later.failures == nil)
        #expect(machine.mirrored.associations == machine.truth().associations)
    }

    @Test(arguments: 0..<20) func aKernelThatAnswersGarbageEndsNothing(seed: UInt64) throws {
        var machine = Machine.started()
        machine.kernel.faults = .answeringGarbage(seed: seed)
        let reply = try machine.run(Self.add(300) + Self.add(301))
        #expect(reply.executed == 2)
        machine.kernel.faults = .none
        machine.pass(seconds: 700)
        machine.post(.woken)
        #expect(machine.mirrored.associations == machine.truth().associations, "seed \(seed)")
    }

    @Test(arguments: Machine.Door.allCases) func anOverrunIsMendedByADump(_ door: Machine.Door) {
        var machine = Machine.started(on: door)
        // The broadcasts of another program's changes are lost on the way to us.
        machine.kernel.faults = FaultPlan([.init(.loseBroadcasts)])
        machine.foreignRun((300..<400).map(Self.add).joined())
        machine.kernel.faults = .none
        machine.settle()
        #expect(machine.daemon.mirror.associations.count == 0)
        machine.post(.overrun)
        #expect(machine.mirrored.associations == machine.truth().associations)
        #expect(machine.daemon.mirror.associations.count == 100)
    }
}

struct TwoFamiliesTests {
    /// The kernel states a wrong length for this policy (KernelScenarios has it, and the real kernels do it).
    @Test(arguments: Machine.Door.allCases) func aPolicyWhoseMessageStatesAWrongLengthIsMirrored(_ door: Machine.Door)
        throws
    {
        var machine = Machine.started(on: door)
        let reply = try machine.run(
            """
            spdadd 10.0.0.0/24 10.0.1.0/24 any -P out
                ipsec esp/tunnel/2001:db8::1-2001:db8::2/require ah/transport//require ;
            """)
        #expect(reply.failures == nil)
        guard case .protect(let transforms) = machine.mirrored.policies.first?.action else {
            Issue.record("the policy is not in the mirror")
            return
        }
        #expect(transforms.count == 2)
        #expect(transforms.last?.nextLayer == .ah)
    }
}

struct AuditTests {
    private static let add = "add 1.1.1.1 2.2.2.2 esp 300 -E null ;"

    @Test(arguments: Machine.Door.allCases) func anAuditFindsWhatNoMessageToldAndSaysSo(_ door: Machine.Door) {
        var machine = Machine.started(on: door)
        machine.kernel.faults = FaultPlan([.init(.loseBroadcasts)])
        machine.foreignRun(Self.add)
        machine.kernel.faults = .none
        machine.pass(seconds: 601)
        #expect(machine.mirrored.associations == machine.truth().associations)
        #expect(machine.log.contains { $0.message.hasPrefix("audit: the mirror had 1 wrong associations") })
    }

    @Test(arguments: Machine.Door.allCases) func anAuditOfATrueMirrorIsSilent(_ door: Machine.Door) {
        var machine = Machine.started(on: door)
        machine.foreignRun(Self.add)
        machine.settle()
        machine.execute("add 1.1.1.1 2.2.2.2 esp 301 -lh 5 -E null ; spdadd 1.1.1.1 2.2.2.2 any -P out none ;")
        machine.pass(seconds: 601)
        machine.pass(seconds: 601)
        #expect(!machine.log.contains { $0.message.hasPrefix("audit") })
    }
}
