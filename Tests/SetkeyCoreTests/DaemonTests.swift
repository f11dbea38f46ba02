import ControlProtocol
import IPsec
import KernelBackends
import TestSupport
import Testing

@testable import SetkeyCore

private let tunnel = Texts.tunnel

struct DaemonTests {
    private func expectMirrorIsTrue(_ machine: inout Machine) {
        let truth = machine.truth()
        #expect(machine.mirrored.associations == truth.associations)
        #expect(Set(machine.mirrored.policies.map(\.identity)) == Set(truth.policies.map(\.identity)))
    }

    @Test(arguments: Machine.Door.allCases) func theStartBringsTheFileIntoTheKernelAndSettles(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: tunnel)
        #expect(machine.isReady == true)
        #expect(machine.writes.count == 4)
        #expect(machine.truth().associations.count == 2)
        #expect(machine.truth().policies.count == 2)
        expectMirrorIsTrue(&machine)
    }

    @Test(arguments: Machine.Door.allCases) func inboundAssociationsComeBeforeOutboundOnesAndPoliciesLast(
        _ door: Machine.Door
    ) {
        let machine = Machine.started(on: door, file: tunnel)
        let order = machine.writes.map(\.phrase)
        #expect(order[0] == "add esp 10.0.0.1 spi 0x1002")
        #expect(order[1] == "add esp 10.0.0.2 spi 0x1001")
        #expect(order[2].hasPrefix("spdadd"))
    }

    @Test(arguments: Machine.Door.allCases) func aReloadOfAnUnchangedFileWritesNothing(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: tunnel)
        machine.writes = []
        machine.post(.reloadRequested)
        #expect(machine.writes.isEmpty)
    }

    @Test(arguments: Machine.Door.allCases) func aReloadWritesOnlyWhatDiffers(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: tunnel)
        machine.writes = []
        machine.file = tunnel.replacing("0x1001", with: "0x1003")
        machine.post(.reloadRequested)
        #expect(machine.writes.map(\.phrase) == ["add esp 10.0.0.2 spi 0x1003", "delete esp 10.0.0.2 spi 0x1001"])
        expectMirrorIsTrue(&machine)
    }

    @Test(arguments: Machine.Door.allCases) func foreignEntriesAreMirroredAndNeverTouched(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: tunnel)
        machine.foreignRun("add 9.9.9.9 8.8.8.8 ah 0x999 -A hmac-md5 0x00112233445566778899aabbccddeeff ;")
        machine.settle()
        #expect(machine.daemon.mirror.associations.count == 3)
        machine.file = ""
        machine.writes = []
        machine.post(.reloadRequested)
        #expect(machine.writes.count == 4)
        #expect(machine.truth().associations.map(\.identity.spi) == [SPI(rawValue: 0x999)])
        expectMirrorIsTrue(&machine)
    }

    @Test(arguments: Machine.Door.allCases) func flushInTheFileClaimsEverything(_ door: Machine.Door) {
        var machine = Machine(on: door, file: "flush; spdflush;" + tunnel)
        machine.foreignRun("add 9.9.9.9 8.8.8.8 ah 0x999 -A hmac-md5 0x00112233445566778899aabbccddeeff ;")
        machine.start()
        #expect(machine.truth().associations.count == 2)
        #expect(machine.isReady == true)
    }

    @Test(arguments: Machine.Door.allCases) func aFileWithAnErrorChangesNothing(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: tunnel)
        machine.writes = []
        machine.file = "add broken ;"
        machine.post(.called(Machine.root, .reload(ReloadParameters())))
        #expect(machine.writes.isEmpty)
        guard case .reloadFailed(let messages) = machine.errors.last?.error else {
            Issue.record("the reload did not fail")
            return
        }
        #expect(messages.first?.contains("test.conf:1:") == true)
    }

    @Test(arguments: Machine.Door.allCases) func aReloadThatTheKernelRefusesIsUndone(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: tunnel)
        let before = machine.truth()
        // AH with an ESP-only file is fine for the parser; the second SA of this file the kernel refuses.
        machine.kernel.faults = FaultPlan([.init(.refuse(.noFunction), on: .add, occurrences: 2...2)])
        machine.file =
            tunnel + """
                add 10.0.0.1 10.0.0.3 esp 0x2001 -E null -A hmac-md5 0x00112233445566778899aabbccddeeff ;
                add 10.0.0.1 10.0.0.3 esp 0x2002 -E null -A hmac-md5 0x00112233445566778899aabbccddeeff ;
                """
        machine.post(.called(Machine.root, .reload(ReloadParameters())))
        #expect(machine.truth().associations == before.associations)
        guard case .reloadFailed(let messages) = machine.errors.last?.error else {
            Issue.record("the reload did not fail")
            return
        }
        #expect(messages.first?.contains("ENOSYS") == true)
        #expect(messages.first?.hasPrefix("test.conf:") == true)
    }

    @Test(arguments: Machine.Door.allCases) func whatIsAskedForDuringAReloadFoldsIntoOneMore(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: tunnel)
        machine.isReadingSlow = true
        for _ in 0..<5 { machine.post(.reloadRequested) }
        machine.post(.called(Machine.root, .reload(ReloadParameters())))
        #expect(machine.readings == 2)
        machine.file = tunnel + Texts.policy(1)
        machine.finishReading()
        #expect(machine.replies.isEmpty && machine.readings == 3)
        machine.file = tunnel + Texts.policy(1) + Texts.policy(2)
        machine.finishReading()
        // The client's answer is about the reading that began after it had asked.
        guard case .reload(let reply) = machine.replies.last?.reply else {
            Issue.record("no reply")
            return
        }
        #expect(reply.policies == 4 && machine.readings == 3)
    }

    @Test(arguments: Machine.Door.allCases) func changesOfOtherProgramsReachTheMirror(_ door: Machine.Door) {
        var machine = Machine.started(on: door)
        machine.foreignRun(tunnel)
        machine.settle()
        expectMirrorIsTrue(&machine)
        #expect(machine.daemon.mirror.associations.count == 2)
        machine.foreignRun("delete 10.0.0.1 10.0.0.2 esp 0x1001 ; spddelete 10.1.0.0/24 10.2.0.0/24 any -P out ;")
        machine.settle()
        expectMirrorIsTrue(&machine)
        machine.foreignRun("flush ; spdflush ;")
        machine.settle()
        #expect(machine.daemon.mirror.associations.count == 0)
        #expect(machine.daemon.mirror.policies.count == 0)
    }

    @Test(arguments: Machine.Door.allCases) func anUpdateThatTheKernelIgnoresDoesNotFoolTheMirror(_ door: Machine.Door)
    {
        var machine = Machine.started(on: door)
        machine.foreignRun(tunnel)
        machine.foreignRun(
            """
            update 10.0.0.1 10.0.0.2 esp 0x1001 -m tunnel -u 9 -lh 100 -ls 50
                -E aes-cbc 0xffffffffffffffffffffffffffffffff
                -A hmac-sha1 0x000102030405060708090a0b0c0d0e0f10111213 ;
            """)
        machine.settle()
        expectMirrorIsTrue(&machine)
        let updated = machine.mirrored.associations.first { $0.identity.spi.rawValue == 0x1001 }
        #expect(updated?.reqID == ReqID(rawValue: 7))
        #expect(updated?.limits.hard.addTime == 100)
    }

    @Test(arguments: Machine.Door.allCases) func softAndHardExpiryAreSeenAndTold(_ door: Machine.Door) {
        var machine = Machine.started(on: door)
        machine.post(.called(Machine.nobody, .monitor(MonitorParameters())))
        machine.execute("add 1.1.1.1 2.2.2.2 esp 0x5000 -lh 20 -ls 10 -E null ;")
        machine.pass(seconds: 11)
        #expect(machine.mirrored.associations.first?.state == .dying)
        machine.pass(seconds: 11)
        #expect(machine.daemon.mirror.associations.count == 0)
        #expect(machine.told.map(\.event).filter { $0 == .expired }.count == 2)
        #expect(machine.told.compactMap(\.expiry) == [.soft, .hard])
    }
}
