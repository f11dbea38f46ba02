import ControlProtocol
import IPsec
import Testing

@testable import SetkeyCore

/// What the daemon says of its kernel interface.
@Suite struct KernelTraitsTests {
    @Test func membersMayAskWhatTheKernelInterfaceCanCarry() {
        var machine = Machine.started()
        machine.post(.called(Machine.nobody, .traits))
        #expect(machine.replies.last?.client == Machine.nobody)
        #expect(machine.replies.last?.reply == .traits(TraitsReply(.pfKey)))
    }

    @Test func statusNamesTheKernelBehindTheInterface() throws {
        for (protectsTraffic, name) in [(true, "PF_KEY"), (false, "simulated")] {
            var machine = Machine(protectsTraffic: protectsTraffic)
            machine.start()
            let status = try machine.askStatus()
            #expect(status.kernelInterface == name && status.protectsTraffic == protectsTraffic)
        }
    }
}
