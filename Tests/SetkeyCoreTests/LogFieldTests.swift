import ControlProtocol
import IPsec
import KernelBackends
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// What programs find in the journal.
struct LogFieldTests {
    private func fields(_ machine: Machine, _ kind: LogKind) -> [LogField.Name: String] {
        let entry = machine.log.last { $0.kind == kind }
        return Dictionary(uniqueKeysWithValues: (entry?.fields ?? []).map { ($0.name, $0.value) })
    }

    @Test(arguments: Machine.Door.allCases) func whatOthersDoIsTold(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        machine.foreignRun(Texts.association(0x7000) + Texts.policy(3))
        machine.settle()
        #expect(
            fields(machine, .associationAdded) == [
                .source: "10.0.0.1", .destination: "10.0.0.3", .ipsecProtocol: "esp", .spi: "0x7000",
                .mode: "transport", .author: "other", .authorPID: "4711",
            ])
        #expect(
            fields(machine, .policyAdded) == [
                .direction: "out", .selector: "10.9.3.0/24[any] 10.8.0.0/16[any] any", .priority: "2147483648",
                .author: "other", .authorPID: "4711",
            ])
        machine.foreignRun("flush ;")
        machine.pass(quarters: 4)
        let drift = fields(machine, .drift)
        #expect(drift[.statement] == "test.conf:1" && drift[.reason] == "missing" && drift[.spi] == "0x1001")
    }

    @Test(arguments: Machine.Door.allCases) func whatClientsDoIsAnAuditTrail(_ door: Machine.Door) {
        var machine = Machine.started(on: door)
        machine.execute(Texts.association(0x7000))
        #expect(fields(machine, .clientChange) == [.author: "client", .clientUID: "0", .clientPID: "500"])
    }

    @Test(arguments: Machine.Door.allCases) func aRefusalCarriesItsErrno(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        machine.kernel.faults = FaultPlan([.init(.refuse(.noFunction), on: .add, occurrences: 1...1)])
        machine.file = Texts.tunnel + Texts.association(0x7000)
        machine.post(.reloadRequested)
        #expect(fields(machine, .refused)[.errno] == "38")
        #expect(machine.log.contains { $0.kind == .undone })
    }

    /// Through XFRM nobody who hears of that is no key manager to the kernel.
    @Test func trafficThatFindsNoAssociationIsToldOnceAMinute() throws {
        var machine = Machine.started(file: Texts.policy(1, "ipsec esp/tunnel/10.0.0.7-10.0.0.8/require"))
        let packet = SimulatedKernel.Packet(
            from: try #require(IPAddress("10.9.1.1")), to: try #require(IPAddress("10.8.0.1")))
        // The larval SA that keeps the kernel from asking again lives for 30 seconds.
        for _ in 0..<3 {
            _ = machine.kernel.send(packet, at: SimulatedKernel.Instant(seconds: UInt64(machine.seconds)))
            machine.settle()
            machine.pass(seconds: 31)
        }
        #expect(machine.log.count { $0.kind == .acquire } == 2)
        #expect(fields(machine, .acquire)[.destination] == "10.0.0.8")
    }

    @Test(arguments: Machine.Door.allCases) func noFieldHoldsAKey(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        machine.foreignRun(Texts.foreign + "flush ; spdflush ;")
        machine.pass(quarters: 4)
        machine.file = Texts.tunnel.replacing("0x00010203", with: "0xff010203")
        machine.post(.reloadRequested)
        let text = machine.log.flatMap { [$0.message] + $0.fields.map(\.value) }.joined(separator: "\n")
        #expect(text.contains("key differs"))
        #expect(!text.contains("0405060708090a") && !text.contains("2233445566"))
    }
}
