import ControlProtocol
import IPsec
import KernelBackends
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

struct OwnershipTests {
    @Test(arguments: Machine.Door.allCases) func whatTheFileOwnsIsWrittenBeforeTheKernelIsAsked(_ door: Machine.Door)
        throws
    {
        let machine = Machine.started(on: door, file: Texts.tunnel)
        let first = try #require(machine.records.first)
        #expect(first.writes == 0)
        let owned = machine.disk.restored.ownership.identities
        #expect(owned.associations.count == 2)
        #expect(owned.policies.count == 2)
    }

    @Test(arguments: Machine.Door.allCases) func aRestartRemovesWhatTheFileLostMeanwhile(_ door: Machine.Door) throws {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        machine.foreignRun(Texts.foreign)
        machine.file = ""
        machine.restart()
        #expect(machine.truth().associations.map(\.identity.spi) == [SPI(rawValue: 0x999)])
        #expect(machine.truth().policies.isEmpty)
        #expect(machine.disk.restored.ownership.identities.isEmpty)
    }

    @Test(arguments: Machine.Door.allCases) func aRestartWithAnUnchangedFileWritesNothing(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        machine.records = []
        machine.restart()
        #expect(machine.writes.isEmpty)
        #expect(machine.records.isEmpty)
        #expect(machine.isReady == true)
    }

    @Test(arguments: Machine.Door.allCases) func aFileThatNeverCameIntoForceOwnsNothingThatItLeftAsItWas(
        _ door: Machine.Door
    ) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        machine.foreignRun(Texts.association(0x7000) + Texts.policy(3))
        machine.settle()
        let before = machine.contents
        machine.file = Texts.tunnel + Texts.association(0x7000) + Texts.policy(3) + Texts.association(0x7001)
        machine.requestLimit = 1
        machine.post(.reloadRequested)
        machine.requestLimit = nil
        machine.file = Texts.tunnel
        machine.restart()
        #expect(machine.contents == before)
        // Once it has been in force, it does.
        machine.file = Texts.tunnel + Texts.association(0x7000) + Texts.policy(3)
        machine.post(.reloadRequested)
        machine.file = Texts.tunnel
        machine.restart()
        #expect(machine.contents.associations.count == 2 && machine.contents.policies.count == 2)
    }

    @Test(arguments: Machine.Door.allCases) func anSAThatIsMadeAnewAfterItsEndLivesAnew(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.association(0x5000, "-lh 50"))
        machine.pass(seconds: 60)
        #expect(machine.contents.associations.isEmpty)
        machine.file = Texts.association(0x5000, "-lh 100")
        machine.post(.reloadRequested)
        #expect(machine.contents.associations.count == 1)
        // While no daemon runs, others remove it: its life has not ended.
        machine.foreignRun("flush ;")
        machine.restart()
        #expect(machine.contents.associations.count == 1)
    }

    @Test(arguments: Machine.Door.allCases) func anSAWhoseRebirthTheKernelRefusesStaysWhereItIs(_ door: Machine.Door) {
        let file = Texts.association(0x5000, "-lh 50")
        var machine = Machine.started(on: door, file: file)
        machine.pass(seconds: 60)
        machine.file = Texts.association(0x5000, "-lh 100") + Texts.policy(1)
        machine.kernel.faults = FaultPlan([.init(.refuse(.noFunction), on: .spdAdd)])
        machine.post(.reloadRequested)
        machine.kernel.faults = .none
        machine.file = file
        machine.restart()
        #expect(machine.contents.associations.isEmpty && machine.writes.isEmpty)
    }

    @Test(arguments: Machine.Door.allCases) func whatTheKernelDoesNotLetGoIsTriedAgain(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        let before = machine.contents
        machine.file = ""
        machine.kernel.faults = FaultPlan([.init(.refuse(.operationNotPermitted), on: .spdDelete, occurrences: 2...2)])
        machine.restart()
        #expect(machine.isReady == false && machine.contents == before)
        #expect(machine.disk.restored.ownership.identities.policies.count == 2)
        machine.kernel.faults = .none
        machine.restart()
        #expect(machine.truth().policies.isEmpty)
        #expect(machine.disk.restored.ownership.identities.isEmpty)
    }

    @Test(arguments: Machine.Door.allCases) func whatCouldNotBeUndoneIsNotForgotten(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        let before = machine.contents
        machine.file = Texts.tunnel + Texts.association(0x5000) + Texts.policy(1) + Texts.policy(2)
        machine.kernel.faults = FaultPlan([
            .init(.refuse(.noFunction), on: .spdAdd, occurrences: 2...2),
            .init(.refuse(.outOfMemory), on: .delete), .init(.refuse(.outOfMemory), on: .spdDelete),
        ])
        machine.post(.reloadRequested)
        #expect(machine.contents.associations.count == 3 && machine.contents.policies.count == 3)
        machine.kernel.faults = .none
        machine.file = Texts.tunnel
        var other = machine
        machine.post(.reloadRequested)
        #expect(machine.contents == before)
        other.restart()
        #expect(other.contents == before)
    }

    @Test(arguments: Machine.Door.allCases) func entriesOfOtherTablesThanTheKernelsAreNobodys(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        machine.file = Texts.association(0x5000)
        // Somebody has now what the file once named.
        machine.reboot()
        machine.foreignRun(Texts.tunnel)
        let foreign = machine.contents
        #expect(foreign.associations.count == 2 && foreign.policies.count == 2)
        machine.restart(life: "another")
        #expect(foreign.associations.isSubset(of: machine.contents.associations))
        #expect(foreign.policies == machine.contents.policies)
        // From now on it is this one's.
        machine.file = ""
        machine.restart()
        #expect(machine.contents == foreign)
    }

    @Test(arguments: Machine.Door.allCases) func theRecordHoldsNoKeyAndReadsBackWhatWasWritten(_ door: Machine.Door) {
        let machine = Machine.started(on: door, file: Texts.tunnel)
        #expect(!String(decoding: machine.disk.ownership, as: UTF8.self).contains("0001020304"))
        let noise = "+ sa esp nonsense 5\nxx\n   \n! sp out\n+ sa esp 10.0.0.9 77"
        var reader = OwnershipRecord.Reader()
        // However it is cut.
        for byte in machine.disk.ownership + Array(noise.utf8) { reader.take([byte]) }
        #expect(reader.unreadable == 4)
        #expect(reader.record.identities == machine.declared)
        #expect(reader.record.life == "life")
    }

    @Test(arguments: Machine.Door.allCases) func theRecordDoesNotGrowWithoutEnd(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        for number in 0..<400 {
            machine.file = Texts.tunnel + Texts.association(0x2000 + number % 2) + Texts.association(0x3000 + number)
            machine.post(.reloadRequested)
        }
        let lines = machine.disk.ownership.count { $0 == 10 }
        #expect(lines < 1200)
        #expect(machine.disk.restored.ownership.identities == machine.declared)
    }

    @Test(arguments: Machine.Door.allCases) func aDiskThatIsFullIsSaidAndKeepsNothingFromBeingApplied(
        _ door: Machine.Door
    ) {
        var machine = Machine(on: door, file: Texts.tunnel)
        machine.diskFailure = "cannot write x: no space"
        machine.start()
        #expect(machine.truth().associations.count == 2)
        #expect(machine.log.contains { $0.priority == .error && $0.message.contains("no space") })
    }

    /// What could not be written down is written again with the next reload, be it of the same file, and status says
    /// until then that it was not.
    @Test(arguments: Machine.Door.allCases) func statusSaysThatTheDiskIsFullUntilEverythingIsWrittenDown(
        _ door: Machine.Door
    ) throws {
        var machine = Machine(on: door, file: Texts.tunnel)
        machine.diskFailure = "cannot write x: no space"
        machine.start()
        let state = try machine.askStatus().state
        #expect(state.hasPrefix("settled; ") && state.contains("cannot write x: no space"))
        #expect(machine.status == "settled: 2 SAs, 2 policies, 0 drifted, not all saved")
        machine.post(.reloadRequested)
        #expect(try machine.askStatus().state == state)
        machine.diskFailure = nil
        machine.post(.reloadRequested)
        #expect(try machine.askStatus().state == "settled")
        #expect(machine.status == "settled: 2 SAs, 2 policies, 0 drifted")
        #expect(machine.disk.restored.ownership.identities == machine.declared)
    }
}

/// Statements that several tests use.
enum Texts {
    /// Two SAs and two policies.
    static let tunnel = """
        add 10.0.0.1 10.0.0.2 esp 0x1001 -m tunnel -u 7 -E aes-cbc 0x000102030405060708090a0b0c0d0e0f
            -A hmac-sha1 0x000102030405060708090a0b0c0d0e0f10111213 ;
        add 10.0.0.2 10.0.0.1 esp 0x1002 -m tunnel -u 7 -E aes-cbc 0x000102030405060708090a0b0c0d0e0f
            -A hmac-sha1 0x000102030405060708090a0b0c0d0e0f10111213 ;
        spdadd 10.1.0.0/24 10.2.0.0/24 any -P out ipsec esp/tunnel/10.0.0.1-10.0.0.2/unique:7 ;
        spdadd 10.2.0.0/24 10.1.0.0/24 any -P in ipsec esp/tunnel/10.0.0.2-10.0.0.1/unique:7 ;

        """

    /// An SA that no file declares.
    static let foreign = "add 9.9.9.9 8.8.8.8 ah 0x999 -A hmac-md5 0x00112233445566778899aabbccddeeff ;"

    static func association(_ spi: Int, _ clauses: String = "") -> String {
        "add 10.0.0.1 10.0.0.3 esp \(spi) \(clauses) -E null -A hmac-md5 0x00112233445566778899aabbccddeeff ;\n"
    }

    static func policy(_ number: Int, _ action: String = "none") -> String {
        "spdadd 10.9.\(number).0/24 10.8.0.0/16 any -P out \(action) ;\n"
    }
}
