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

    /// It is put back three times, and then left alone, however often it is altered.
    @Test func whoInsistsIsLetHaveItsWay() {
        var machine = Machine.started(file: Texts.tunnel)
        machine.writes = []
        for number in 1...40 {
            machine.foreignRun("spdupdate 10.1.0.0/24 10.2.0.0/24 any -P out prio \(number) discard ;")
            machine.pass(quarters: 4)
        }
        #expect(machine.writes.count == 3)
        #expect(machine.log.count { $0.kind == .insisted } == 1)
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
}
