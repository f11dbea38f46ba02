import ControlProtocol
import IPsec
import KernelBackends
import TestSupport
import Testing

@testable import SetkeyCore

/// SAs leave a while after what takes their traffic is in, so that packets under way are not lost.
struct LingerTests {
    private static let former = """
        add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -u 1 -E null;
        spdadd 10.1.0.1 10.2.0.1 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique:1;
        """
    private static let nextSA = "add 192.0.2.1 192.0.2.2 esp 0x1002 -m tunnel -u 2 -E null;"
    private static let nextPolicy = "10.1.0.1 10.2.0.1 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique:2;"
    private static let next = "\(nextSA) spdadd \(nextPolicy)"

    private static func machine(declaring file: String) -> Machine {
        var machine = Machine.started(file: file)
        machine.isLingeringShort = false
        machine.writes = []
        return machine
    }

    private static func spis(_ machine: Machine) -> [UInt32] {
        var kernel = machine.kernel
        let contents = KernelContents(of: &kernel, at: .init(seconds: UInt64(machine.seconds)))
        return contents.associations.map(\.identity.spi.rawValue).sorted()
    }

    @Test func anSALeaves50MillisecondsAfterWhatReplacesIt() throws {
        var machine = Self.machine(declaring: Self.former)
        machine.file = Self.next
        machine.post(.called(Machine.root, .reload(ReloadParameters())))
        #expect(Self.spis(machine) == [0x1001, 0x1002])
        #expect(machine.replies.isEmpty)
        #expect(machine.wakeAt == machine.now.monotonic + 50_000_000)

        machine.nanoseconds += 49_000_000
        machine.post(.woken)
        #expect(Self.spis(machine) == [0x1001, 0x1002])

        machine.nanoseconds += 1_000_000
        machine.post(.woken)
        #expect(Self.spis(machine) == [0x1002])
        #expect(machine.replies.count == 1)
    }

    @Test func aFileThatOnlyRemovesWaitsForNothing() {
        var machine = Self.machine(declaring: Self.former)
        machine.file = ""
        machine.post(.called(Machine.root, .reload(ReloadParameters())))
        #expect(Self.spis(machine).isEmpty)
        #expect(machine.replies.count == 1)
    }

    /// The kernel refuses the last step of a reload; the policy goes back to the former SA before the new one leaves.
    @Test func anUndoneSALeavesAfterItsTrafficHasGoneBack() {
        var machine = Self.machine(declaring: Self.former)
        machine.file = Self.next + "spdadd 10.9.0.0/16 10.8.0.0/16 any -P in none;"
        machine.kernel.faults = FaultPlan([.init(.refuse(.outOfMemory), on: .spdAdd)])
        machine.post(.called(Machine.root, .reload(ReloadParameters())))
        #expect(Self.spis(machine) == [0x1001, 0x1002])
        machine.nanoseconds += 50_000_000
        machine.post(.woken)
        #expect(Self.spis(machine) == [0x1001])
        #expect(machine.errors.count == 1)
    }

    @Test func soDoesAnSAOfAClientsRun() {
        var machine = Self.machine(declaring: Self.former)
        let refused = "delete 192.0.2.1 192.0.2.2 esp 0x9999;"
        machine.execute("\(Self.nextSA) spdupdate \(Self.nextPolicy) \(refused)", atomic: true)
        #expect(Self.spis(machine) == [0x1001, 0x1002])
        machine.nanoseconds += 50_000_000
        machine.post(.woken)
        #expect(Self.spis(machine) == [0x1001])
    }
}
