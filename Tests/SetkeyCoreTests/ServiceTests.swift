import ControlProtocol
import IPsec
import KernelBackends
import TestSupport
import Testing

@testable import SetkeyCore

/// What the service manager is told.
struct ServiceTests {
    @Test(arguments: Machine.Door.allCases) func readinessIsTheFileInForce(_ door: Machine.Door) {
        let machine = Machine.started(on: door, file: Texts.tunnel)
        #expect(machine.isReady == true)
        #expect(machine.status == "settled: 2 SAs, 2 policies, 0 drifted")
        #expect(machine.reloads == 0)
    }

    @Test(arguments: Machine.Door.allCases) func aFileWithErrorsIsAFailedStart(_ door: Machine.Door) {
        let machine = Machine.started(on: door, file: "add nonsense ;")
        #expect(machine.isReady == false)
        #expect(
            machine.status == "the file has errors (see setkeyd --check --config test.conf): nothing of it was applied")
    }

    @Test(arguments: Machine.Door.allCases) func aReloadIsToldFromItsBeginningToItsEnd(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        machine.file = Texts.tunnel + Texts.policy(1)
        machine.post(.reloadRequested)
        #expect(machine.reloads == 1 && machine.isReady == true)
        #expect(machine.status == "settled: 2 SAs, 3 policies, 0 drifted")
        machine.file = "nonsense"
        machine.post(.reloadRequested)
        #expect(machine.reloads == 2)
        #expect(
            machine.status
                == "the file has errors (see setkeyd --check --config test.conf): nothing of it was applied, "
                + "and the previous state is in force; declared: 2 SAs, 3 policies, 0 drifted")
    }

    @Test(arguments: Machine.Door.allCases) func driftIsToldWhileItLasts(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel, drift: .report)
        machine.foreignRun("spdflush ;")
        machine.pass(quarters: 4)
        #expect(machine.status == "drifted: 2 SAs, 2 policies, 2 drifted")
        machine.foreignRun(Texts.tunnel)
        machine.pass(quarters: 4)
        #expect(machine.status == "settled: 2 SAs, 2 policies, 0 drifted")
    }

    @Test(arguments: Machine.Door.allCases) func theWatchdogIsFedWhenTheKernelHasAnswered(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        machine.post(.watchdog)
        #expect(machine.lives == 1)
        machine.kernel.faults = FaultPlan([.init(.loseAnswers)])
        machine.post(.watchdog)
        #expect(machine.lives == 1)
    }
}
