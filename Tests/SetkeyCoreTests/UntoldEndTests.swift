import ControlProtocol
import IPsec
import KernelBackends
import TestSupport
import Testing

@testable import SetkeyCore

/// Entries that are gone, and nothing told how: whether a lifetime has ended, or somebody has deleted them.
struct UntoldEndTests {
    private static let policy = "spdadd 10.9.9.0/24 10.8.0.0/16 any -uh 20 -P out none ;\n"

    /// When it was used last is known from dumps alone: one that is in use would be taken for one that has ended, and its
    /// packets would pass in clear.
    @Test(arguments: Machine.Door.allCases) func aPolicyThatMayHaveBeenUsedIsPutBack(_ door: Machine.Door) throws {
        var machine = Machine.started(on: door, file: Texts.tunnel + Self.policy)
        for _ in 0..<4 {
            machine.pass(seconds: 15)
            let packet = SimulatedKernel.Packet(from: IPAddress(ipv4: 0x0a09_0901), to: IPAddress(ipv4: 0x0a08_0001))
            _ = machine.kernel.send(packet, at: .init(seconds: UInt64(machine.seconds)))
        }
        #expect(machine.truth().policies.count == 3)
        machine.kernel.faults = FaultPlan([.init(.loseBroadcasts, on: .spdDelete)])
        machine.foreignRun("spddelete 10.9.9.0/24 10.8.0.0/16 any -P out ;")
        machine.post(.overrun)
        machine.pass(quarters: 8)
        #expect(machine.truth().policies.count == 3)
        #expect(try machine.askStatus().expiredPolicies == nil)
    }

    /// An SA is not used beyond its limit.
    @Test(arguments: Machine.Door.allCases, ["-uh 20", "-ph 3", "-bh 300"])
    func anSAThatMayHaveEndedStaysAway(_ door: Machine.Door, _ limit: String) throws {
        var machine = Machine.started(on: door, file: Texts.tunnel + Texts.association(0x6000, limit))
        let identity = SAIdentity(
            destination: IPAddress(ipv4: 0x0a00_0003), ipsecProtocol: .esp, spi: SPI(rawValue: 0x6000))
        for _ in 0..<3 { machine.kernel.carry(100, through: identity, at: .init(seconds: UInt64(machine.seconds))) }
        machine.seconds += 25
        machine.kernel.carry(100, through: identity, at: .init(seconds: UInt64(machine.seconds)))
        machine.loseMessages()
        machine.post(.overrun)
        machine.writes = []
        machine.pass(quarters: 8)
        #expect(machine.truth().associations.count == 2 && machine.writes.isEmpty)
        #expect(try machine.askStatus().expired == 1)
    }

    @Test(arguments: Machine.Door.allCases) func anSAThatCannotHaveEndedComesBack(_ door: Machine.Door) throws {
        var machine = Machine.started(on: door, file: Texts.tunnel + Texts.association(0x6000, "-uh 20"))
        machine.kernel.faults = FaultPlan([.init(.loseBroadcasts, on: .delete)])
        machine.foreignRun("delete 10.0.0.1 10.0.0.3 esp 0x6000 ;")
        machine.post(.overrun)
        machine.pass(quarters: 8)
        #expect(machine.truth().associations.count == 3)
    }
}
