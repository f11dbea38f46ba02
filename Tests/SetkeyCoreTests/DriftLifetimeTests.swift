import ControlProtocol
import IPsec
import KernelBackends
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// Lifetimes that end are no drift, and those of others are.
struct DriftLifetimeTests {
    @Test(arguments: Machine.Door.allCases) func aDeclaredEndIsNoDrift(_ door: Machine.Door) throws {
        let mortal = Texts.association(0x6000, "-lh 20 -ls 10")
        var machine = Machine.started(on: door, file: Texts.tunnel + mortal)
        machine.writes = []
        machine.pass(quarters: 4 * 30)
        #expect(machine.truth().associations.count == 2)
        let line = "the declared lifetime of esp 10.0.0.3 spi 0x6000 has ended"
        #expect(machine.log.contains { $0.message.contains(line) })
        var status = try machine.askStatus()
        #expect(status.settled && status.expired == 1 && status.foreignAssociations == 0)
        // Not with another reload of the same text, nor after a restart.
        machine.file = Texts.policy(1) + Texts.tunnel + mortal
        machine.post(.reloadRequested)
        #expect(machine.truth().associations.count == 2)
        machine.restart()
        #expect(machine.truth().associations.count == 2 && machine.writes.isEmpty)
        // But when its text changes.
        machine.file = Texts.tunnel + mortal.replacing("-lh 20", with: "-lh 21")
        machine.post(.reloadRequested)
        #expect(machine.truth().associations.count == 3)
        status = try machine.askStatus()
        #expect(status.settled && status.expired == 0)
    }

    /// The kernel's timer does not know that the wall clock was set forward, or that the machine has slept: the policy stays
    /// for the rest of its time, and is not asked for without a pause.
    @Test(arguments: [0, 3600]) func aPolicyMayOutliveTheWallClock(_ error: Int) throws {
        var machine = Machine.started(
            on: .pfKey, file: "spdadd 10.9.9.0/24 10.8.0.0/16 any -lh 20 -P out none ;")
        machine.setClock(wrongBy: error)
        machine.restart()
        machine.pass(quarters: 4 * 40)
        #expect(machine.truth().policies.isEmpty && machine.mirrored.policies.isEmpty)
        #expect(1...6 ~= machine.policyReadings, "\(machine.policyReadings)")
    }

    /// Whoever gives an entry another lifetime takes it away, if later: it comes back.
    @Test(
        arguments: Machine.Door.allCases,
        [
            "spdupdate 10.9.9.0/24 10.8.0.0/16 any -lh 1 -P out none ;",
            "update 1.1.1.1 2.2.2.2 esp 0x6000 -lh 1 -E aes-cbc \"0123456789abcdef\" ;",
        ])
    func theEndOfAnothersLifetimeIsDrift(_ door: Machine.Door, _ statement: String) throws {
        for life in ["", "-lh 600"] {
            let file =
                "spdadd 10.9.9.0/24 10.8.0.0/16 any \(life) -P out none ;\n"
                + "add 1.1.1.1 2.2.2.2 esp 0x6000 \(life) -E aes-cbc \"0123456789abcdef\" ;\n"
            var machine = Machine.started(on: door, file: file, drift: .report)
            machine.foreignRun(statement)
            machine.pass(quarters: 4 * 40)
            #expect(machine.truth().policies.count + machine.truth().associations.count == 1)
            #expect(!machine.log.contains { $0.kind == .lifetimeEnded })
            let status = try machine.askStatus()
            #expect(status.expired == 0 && status.expiredPolicies == nil)
            #expect(status.missingPolicies + status.missingAssociations == 1)
            machine.post(.reloadRequested)
            #expect(machine.truth().policies.count == 1 && machine.truth().associations.count == 1)
        }
    }

    private static let mortalPolicy = "spdadd 10.9.9.0/24 10.8.0.0/16 any -lh 20 -P out none ;\n"

    @Test(arguments: Machine.Door.allCases) func theDeclaredEndOfAPolicyIsNoDrift(_ door: Machine.Door) throws {
        var machine = Machine.started(on: door, file: Texts.tunnel + Self.mortalPolicy)
        machine.writes = []
        machine.pass(quarters: 4 * 120)
        #expect(machine.truth().policies.count == 2 && machine.writes.isEmpty)
        let ends = machine.log.filter { $0.kind == .lifetimeEnded }
        #expect(ends.map(\.priority) == [.warning])
        let name = "policy out 10.9.9.0/24[any] 10.8.0.0/16[any] any"
        #expect(ends.allSatisfy { $0.message.contains("the declared lifetime of \(name) has ended") })
        #expect(!machine.log.contains { $0.kind == .drift || $0.kind == .policyDeleted })
        var status = try machine.askStatus()
        #expect(status.settled && status.expiredPolicies == 1 && status.missingPolicies == 0)
        // Not with another reload of the same text, nor after a restart.
        machine.file = Texts.policy(1) + Texts.tunnel + Self.mortalPolicy
        machine.post(.reloadRequested)
        #expect(machine.truth().policies.count == 3)
        machine.writes = []
        machine.restart()
        #expect(machine.truth().policies.count == 3 && machine.writes.isEmpty)
        // But when its text changes, or somebody adds it.
        machine.foreignRun(Self.mortalPolicy)
        machine.pass(quarters: 8)
        #expect(try machine.askStatus().expiredPolicies == nil)
        machine.file = Texts.tunnel + Self.mortalPolicy.replacing("-lh 20", with: "-lh 21")
        machine.post(.reloadRequested)
        status = try machine.askStatus()
        #expect(status.settled && status.expiredPolicies == nil && machine.truth().policies.count == 3)
    }

    @Test(arguments: Machine.Door.allCases)
    func theEndOfAPolicyWhileNobodyLookedIsFoundAtTheStart(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel + Self.mortalPolicy)
        machine.seconds += 60
        machine.kernel.advance(to: .init(seconds: UInt64(machine.seconds)))
        machine.restart()
        #expect(machine.writes.isEmpty && machine.truth().policies.count == 2)
        // One that was deleted before its time comes back.
        var other = Machine.started(on: door, file: Texts.tunnel + Self.mortalPolicy)
        other.foreignRun("spddelete 10.9.9.0/24 10.8.0.0/16 any -P out ;")
        other.restart()
        #expect(other.truth().policies.count == 3)
    }

    @Test(arguments: Machine.Door.allCases)
    func theEndOfAPolicyThatWasNotToldIsNoDriftEither(_ door: Machine.Door) throws {
        var machine = Machine.started(on: door, file: Texts.tunnel + Self.mortalPolicy)
        machine.seconds += 25
        machine.loseMessages()
        machine.post(.overrun)
        machine.writes = []
        machine.pass(quarters: 12)
        #expect(machine.truth().policies.count == 2 && machine.writes.isEmpty)
        #expect(try machine.askStatus().expiredPolicies == 1)
    }

    @Test(arguments: Machine.Door.allCases) func anEndWhileNobodyLookedIsFoundAtTheStart(_ door: Machine.Door) {
        let mortal = Texts.association(0x6000, "-lh 20 -ls 10")
        var machine = Machine.started(on: door, file: Texts.tunnel + mortal)
        machine.seconds += 60
        machine.kernel.advance(to: .init(seconds: UInt64(machine.seconds)))
        machine.restart()
        #expect(machine.writes.isEmpty)
        #expect(machine.truth().associations.count == 2)
        // One that was deleted before its time comes back.
        var other = Machine.started(on: door, file: Texts.tunnel + mortal)
        other.foreignRun("delete 10.0.0.1 10.0.0.3 esp 0x6000 ;")
        other.restart()
        #expect(other.truth().associations.count == 3)
    }

    @Test(arguments: Machine.Door.allCases) func anExpiredOneThatIsDeletedByItsPeriodAfterALostMessageIsNoDriftEither(
        _ door: Machine.Door
    ) {
        var machine = Machine.started(on: door, file: Texts.tunnel + Texts.association(0x6000, "-lh 20 -ls 10"))
        machine.post(.called(Machine.root, .monitor(MonitorParameters())))
        machine.seconds += 60
        machine.loseMessages()
        machine.post(.overrun)
        machine.writes = []
        machine.pass(quarters: 8)
        #expect(machine.writes.isEmpty && machine.truth().associations.count == 2)
    }
}
