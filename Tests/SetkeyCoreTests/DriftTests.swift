import ControlProtocol
import IPsec
import KernelBackends
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// What others do to declared entries.
struct DriftTests {
    private static let deletions = [
        "delete 10.0.0.1 10.0.0.2 esp 0x1001 ;", "spddelete 10.1.0.0/24 10.2.0.0/24 any -P out ;", "flush ;",
        "spdflush ;",
        "spdupdate 10.1.0.0/24 10.2.0.0/24 any -P out discard ;",
        """
        update 10.0.0.1 10.0.0.2 esp 0x1001 -m tunnel -u 7 -lh 100 -ls 50
            -E aes-cbc 0x000102030405060708090a0b0c0d0e0f -A hmac-sha1 0x000102030405060708090a0b0c0d0e0f10111213 ;
        """,
        """
        delete 10.0.0.1 10.0.0.2 esp 0x1001 ; add 10.0.0.1 10.0.0.2 esp 0x1001 -m tunnel -u 7
            -E aes-cbc 0xff0102030405060708090a0b0c0d0e0f -A hmac-sha1 0x000102030405060708090a0b0c0d0e0f10111213 ;
        """,
    ]

    @Test(arguments: deletions) func whatOthersTakeAwayIsPutBackWithinASecond(text: String) throws {
        var machine = Machine.started(file: Texts.tunnel)
        machine.foreignRun(Texts.foreign)
        machine.settle()
        let before = machine.contents
        machine.foreignRun(text)
        machine.settle()
        #expect(machine.contents != before)
        machine.pass(quarters: 3)
        var after = machine.contents
        if text == "flush ;" {
            after.associations.formUnion(before.associations.filter { $0.identity.spi.rawValue == 0x999 })
        }
        #expect(after == before)
        #expect(machine.log.contains { $0.priority == .warning && $0.message.hasPrefix("drift: test.conf:") })
        #expect(try machine.askStatus().settled)
    }

    @Test(arguments: deletions) func reportOnlyTells(text: String) throws {
        var machine = Machine.started(file: Texts.tunnel, drift: .report)
        machine.writes = []
        machine.foreignRun(text)
        machine.pass(quarters: 8)
        #expect(machine.writes.isEmpty)
        let lines = machine.log.map(\.message).filter { $0.hasPrefix("drift: test.conf:") }
        #expect(!lines.isEmpty && lines.allSatisfy { $0.hasSuffix("; not restored") })
        let status = try machine.askStatus()
        #expect(!status.settled && status.drifted > 0 && status.state.hasPrefix("drifted"))
        // The next reload puts it right.
        machine.post(.reloadRequested)
        #expect(try machine.askStatus().settled)
    }

    @Test(arguments: Machine.Door.allCases) func whatDiffersAndWhoDidItIsSaid(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        machine.foreignRun("delete 10.0.0.1 10.0.0.2 esp 0x1001 ;")
        machine.pass(quarters: 2)
        let line = machine.log.last { $0.message.hasPrefix("drift: test") }?.message
        #expect(
            line == "drift: test.conf:1: esp 10.0.0.2 spi 0x1001: missing, deleted by process 4711; restoring it")
    }

    @Test(arguments: Machine.Door.allCases) func aClientOfOursIsSomebodyElse(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        let before = machine.contents
        machine.execute("delete 10.0.0.1 10.0.0.2 esp 0x1001 ;")
        #expect(machine.contents != before)
        machine.pass(quarters: 3)
        #expect(machine.contents == before)
        #expect(machine.log.contains { $0.message.contains("deleted by uid 0 pid 500 through setkeyd") })
    }

    @Test func manyDeletionsAreOneSuspicionOfEverything() {
        var watch = DriftWatch()
        let names = (0...20 * UInt32(Daemon.slice)).map {
            EntryName.association(
                SAIdentity(destination: .unspecified(.ipv4), ipsecProtocol: .esp, spi: SPI(rawValue: $0)))
        }
        for name in names { watch.suspect(name, author: "a", at: 0) }
        #expect(watch.suspects.count <= Daemon.slice + 1)
        #expect(watch.isDue(at: 1_000_000_000))
        #expect(watch.takeSuspects() == nil)
    }

    @Test(arguments: Machine.Door.allCases) func foreignEntriesAndNewOnesAreNoDrift(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: "flush ; spdflush ;" + Texts.tunnel)
        machine.writes = []
        machine.foreignRun(Texts.foreign + Texts.policy(4))
        machine.pass(quarters: 8)
        machine.foreignRun("delete 9.9.9.9 8.8.8.8 ah 0x999 ; spddelete 10.9.4.0/24 10.8.0.0/16 any -P out ;")
        machine.pass(quarters: 8)
        #expect(machine.writes.isEmpty)
    }

    @Test(arguments: Machine.Door.allCases) func twoManagersThatFightAreToldApartAfterThreeRepairs(_ door: Machine.Door)
        throws
    {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        machine.writes = []
        for _ in 0..<8 {
            machine.foreignRun("delete 10.0.0.1 10.0.0.2 esp 0x1001 ;")
            machine.pass(quarters: 8)
        }
        #expect(machine.writes.count == 3)
        #expect(machine.log.count { $0.priority == .error && $0.message.contains("keeps changing it") } == 1)
        let status = try machine.askStatus()
        #expect(status.drifted == 1 && status.unrepaired == 1)
        // Another entry is still looked after.
        machine.foreignRun("spdflush ;")
        machine.pass(quarters: 8)
        #expect(machine.truth().policies.count == 2)
        // A reload begins anew.
        machine.post(.reloadRequested)
        let renewed = try machine.askStatus()
        #expect(renewed.drifted == 0 && renewed.unrepaired == nil)
        machine.foreignRun("delete 10.0.0.1 10.0.0.2 esp 0x1001 ;")
        machine.pass(quarters: 4)
        #expect(machine.truth().associations.count == 2)
    }

    @Test(arguments: Machine.Door.allCases) func slowRepairsNeverStop(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        machine.writes = []
        for _ in 0..<8 {
            machine.foreignRun("delete 10.0.0.1 10.0.0.2 esp 0x1001 ;")
            machine.pass(quarters: 4 * 25)
        }
        #expect(machine.writes.count == 8)
    }

    @Test(arguments: Machine.Door.allCases) func aRepairThatTheKernelRefusesIsTriedAgainAndNotForEver(
        _ door: Machine.Door
    ) throws {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        machine.kernel.faults = FaultPlan([.init(.refuse(.outOfMemory), on: .add)])
        machine.foreignRun("delete 10.0.0.1 10.0.0.2 esp 0x1001 ;")
        machine.writes = []
        machine.pass(quarters: 4 * 120)
        #expect(machine.writes.count == 3)
        machine.kernel.faults = .none
        machine.post(.reloadRequested)
        #expect(try machine.askStatus().settled)
    }

    @Test(arguments: Machine.Door.allCases) func manyEntriesAreLookedAtInParts(_ door: Machine.Door) throws {
        let text = (0..<1500).map { Texts.association(0x1000 + $0) }.joined()
        var machine = Machine.started(on: door, file: text)
        machine.foreignRun("flush ;")
        machine.pass(quarters: 4)
        #expect(machine.truth().associations.count == 1500)
        #expect(machine.log.count { $0.message.hasPrefix("drift: ") } < 30)
        let status = try machine.askStatus()
        #expect(status.settled && status.foreignAssociations == 0)
    }

    @Test(arguments: Machine.Door.allCases) func anOverrunIsFollowedByALook(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        let before = machine.contents
        machine.kernel.faults = FaultPlan([.init(.loseBroadcasts)])
        machine.foreignRun("delete 10.0.0.1 10.0.0.2 esp 0x1001 ; spdflush ;")
        machine.kernel.faults = .none
        machine.pass(quarters: 8)
        #expect(machine.contents != before)
        machine.post(.overrun)
        machine.pass(quarters: 3)
        #expect(machine.contents == before)
    }

    // MARK: Lifetimes

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
