import ControlProtocol
import IPsec
import KernelBackends
import TestSupport

@testable import SetkeyCore

/// What tests of off and on have in common.
protocol Switching {}

extension Switching {
    /// Started with a file, and with something foreign.
    func machine(faults: FaultPlan = .none) -> (Machine, full: KernelContents, bare: KernelContents) {
        var machine = Machine(file: "")
        machine.start()
        machine.foreignRun(Texts.foreign + Texts.policy(9, "discard"))
        machine.settle()
        let bare = machine.contents
        machine.file = Texts.tunnel
        machine.post(.called(Machine.root, .reload(ReloadParameters())))
        machine.kernel.faults = faults
        machine.replies = []
        return (machine, machine.contents, bare)
    }

    func turn(
        _ turn: MainSwitch.Turn, _ machine: inout Machine, confirm seconds: Int? = nil,
        by client: ClientID = Machine.root
    ) {
        var parameters = ReloadParameters()
        parameters.confirmSeconds = seconds
        machine.replies = []
        machine.errors = []
        machine.post(.called(client, turn == .off ? .turnOff(parameters) : .turnOn(parameters)))
    }

    func status(_ machine: inout Machine) throws -> StatusReply {
        machine.replies = []
        machine.post(.called(Machine.root, .status))
        guard case .status(let status)? = machine.replies.last?.reply else { throw Machine.NoReply() }
        return status
    }

    func reload(_ machine: inout Machine, confirm seconds: Int?) {
        var parameters = ReloadParameters()
        parameters.confirmSeconds = seconds
        machine.post(.called(Machine.root, .reload(parameters)))
    }
}
