import ControlProtocol
import IPsec
import Testing

@testable import SetkeyCore

/// Lines that others can provoke at will: a few are written, the rest is counted.
@Suite struct LogThrottleTests {
    @Test func theFirstLinesOfACausePassAndTheRestIsCountedAfterAMinute() {
        var machine = Machine.started()
        machine.log = []
        for number in 0..<1000 {
            machine.post(.faulted(Machine.nobody, "reason \(number)"))
            machine.post(.noticed(.refusal, "turned away"))
        }
        #expect(
            machine.log.map(\.message).prefix(2) == [
                "uid 65534 pid 501 was disconnected: reason 0", "turned away",
            ])
        #expect(machine.log.count == 10)
        machine.log = []
        machine.pass(quarters: 60 * 4 - 1)
        #expect(machine.log.isEmpty)
        machine.pass(quarters: 1)
        #expect(
            machine.log.map(\.message) == [
                "995 more clients disconnected for what they did, not logged individually",
                "995 more clients turned away, not logged individually",
            ])
        #expect(machine.log.allSatisfy { $0.kind == .summary })
        machine.log = []
        machine.post(.noticed(.refusal, "turned away"))
        #expect(machine.log.map(\.message) == ["turned away"])
    }

    @Test func kernelEventsThatWereNotLoggedAreCountedWithinASecond() {
        var machine = Machine.started()
        machine.log = []
        for spi in 300..<800 { machine.foreignRun("add 1.1.1.1 2.2.2.2 esp \(spi) -E null ;") }
        machine.pass(quarters: 0)
        let passed = machine.log.count
        #expect(machine.log.allSatisfy { $0.kind != .summary })
        #expect(passed >= 200 && passed < 500)
        machine.log = []
        machine.pass(quarters: 5)
        #expect(
            machine.log.filter { $0.kind == .summary }.map(\.message) == [
                "\(500 - passed) kernel events were not logged individually"
            ])
    }

    @Test func fewLinesAreAllWrittenAndNothingIsSaidOfThem() {
        var machine = Machine.started()
        machine.log = []
        for _ in 0..<4 { machine.post(.noticed(.acceptFailure, "no descriptors")) }
        machine.pass(seconds: 120)
        #expect(machine.log.map(\.message) == Array(repeating: "no descriptors", count: 4))
    }

    /// The kernel tells it with every packet, and asks for nothing.
    @Test func aPeerThatHasMovedIsToldOnceAMinuteForEachSA() {
        var machine = Machine.started()
        machine.log = []
        let writes = machine.writes.count
        func move(_ spi: UInt32, times: Int) {
            let identity = SAIdentity(
                destination: IPAddress(ipv4: 0xc000_0201), ipsecProtocol: .esp, spi: SPI(rawValue: spi))
            let origin = KernelEvent.Origin(request: nil, processID: 0, sequence: 0)
            let content = KernelEvent.Content.newMapping(
                identity, NATTraversal(sourcePort: 4500, destinationPort: 1024))
            for _ in 0..<times { machine.post(.kernel([KernelEvent(origin: origin, content: content)])) }
        }
        move(0x1001, times: 1000)
        move(0x1002, times: 1000)
        #expect(machine.log.filter { $0.kind == .mappingChanged }.count == 2)
        #expect(machine.log.allSatisfy { $0.message.hasSuffix("port 1024") })
        #expect(machine.writes.count == writes)
        machine.pass(seconds: 60)
        move(0x1001, times: 1000)
        #expect(machine.log.filter { $0.kind == .mappingChanged }.count == 3)
    }
}
