import ControlProtocol
import IPsec
import KernelBackends
import TestSupport
import Testing

@testable import SetkeyCore

/// Starts that the kernel refuses, and SIGHUP.
struct StartTests {
    private static let refusal = FaultPlan([.init(.refuse(.noFunction), on: .spdAdd, occurrences: 2...2)])

    @Test(arguments: Machine.Door.allCases) func aStartThatTheKernelRefusesLeavesItAsItWas(_ door: Machine.Door) {
        var machine = Machine(on: door, file: Texts.tunnel)
        machine.foreignRun(Texts.foreign)
        let before = machine.contents
        machine.kernel.faults = Self.refusal
        machine.start()
        #expect(machine.isReady == false)
        #expect(machine.writes.count > 3)
        #expect(machine.contents == before)
        #expect(machine.disk.restored.ownership.identities.isEmpty)
        #expect(machine.status.contains("the kernel is as it was before the start"), "\(machine.status)")
    }

    @Test(arguments: Machine.Door.allCases) func aRestartThatTheKernelRefusesKeepsWhatTheLastDaemonLeft(
        _ door: Machine.Door
    ) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        let before = machine.contents
        machine.file = Texts.association(0x5000) + Texts.policy(1) + Texts.policy(2)
        machine.kernel.faults = Self.refusal
        machine.restart()
        #expect(machine.isReady == false)
        #expect(machine.contents == before)
        // It is still this file's, and the next start replaces it.
        machine.kernel.faults = .none
        machine.restart()
        #expect(machine.isReady == true)
        #expect(machine.contents.associations.count == 1 && machine.contents.policies.count == 2)
    }

    @Test(arguments: Machine.Door.allCases) func whatCannotBeRolledBackIsCounted(_ door: Machine.Door) {
        var machine = Machine(on: door, file: Texts.tunnel)
        machine.kernel.faults = FaultPlan([
            .init(.refuse(.noFunction), on: .spdAdd, occurrences: 2...2), .init(.refuse(.outOfMemory), on: .delete),
        ])
        machine.start()
        #expect(machine.contents.associations.count == 2 && machine.contents.policies.isEmpty)
        #expect(machine.status.contains("except for 2 changes that could not be rolled back"), "\(machine.status)")
        #expect(machine.disk.restored.ownership.identities.associations.count == 2)
    }

    @Test(arguments: Machine.Door.allCases) func whatTheLastDaemonLeftStaysUntilAFileIsInForce(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        let before = machine.contents
        // The file has an error, and the SPD cannot be read at first: what is suspect waits for it.
        machine.file = "add nonsense ;"
        machine.kernel.faults = FaultPlan([.init(.refuse(.outOfMemory), on: .spdDump, occurrences: 1...1)])
        machine.restart()
        machine.pass(quarters: 4)
        machine.pass(seconds: 30)
        machine.pass(quarters: 4)
        #expect(machine.writes.isEmpty)
        #expect(machine.contents == before)
        machine.file = Texts.tunnel
        machine.post(.reloadRequested)
        #expect(machine.writes.isEmpty)
        #expect(machine.daemon.isSettled)
    }

    // MARK: SIGHUP

    private func rolledBack() -> Machine {
        var machine = Machine.started(file: Texts.tunnel)
        machine.file = Texts.tunnel + Texts.policy(1)
        var parameters = ReloadParameters()
        parameters.confirmSeconds = 10
        machine.post(.called(Machine.root, .reload(parameters)))
        machine.pass(seconds: 11)
        machine.writes = []
        return machine
    }

    @Test func aHangupDoesNotApplyAFileThatWasRolledBack() {
        var machine = rolledBack()
        let before = machine.contents
        let status = machine.status
        machine.post(.reloadRequested)
        #expect(machine.writes.isEmpty && machine.contents == before)
        #expect(machine.status == status && status.contains("rolled back"))
        #expect(
            machine.log.contains { $0.message.contains("SIGHUP does not apply") && $0.message.contains("--reload") })
        machine.restart()
        #expect(machine.contents == before)
    }

    @Test func aHangupAppliesAFileThatHasChangedSince() {
        var machine = rolledBack()
        machine.file = Texts.tunnel + Texts.policy(2)
        machine.post(.reloadRequested)
        #expect(machine.contents.policies.count == 3)
    }

    @Test func aClientAppliesItAsItIs() {
        var machine = rolledBack()
        machine.post(.called(Machine.root, .reload(ReloadParameters())))
        #expect(machine.contents.policies.count == 3)
        // From now on it is a file like any other.
        machine.foreignRun("spdflush ;")
        machine.settle()
        machine.post(.reloadRequested)
        #expect(machine.contents.policies.count == 3)
    }

    @Test(arguments: Machine.Door.allCases) func aHangupIsSaidToBeOne(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        machine.post(.reloadRequested)
        #expect(machine.log.contains { $0.message == "SIGHUP: reloading test.conf" })
    }
}
