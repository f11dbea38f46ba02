import ControlProtocol
import SetkeyClient
import Testing

@Suite struct MonitorTextTests {
    private func text(
        _ event: MonitorReply, _ timestamp: Timestamp, hexDump: Bool = false, brief: Bool = false
    ) -> String {
        var options = MonitorOptions()
        options.hexDump = hexDump
        options.brief = brief
        var bytes: [UInt8] = []
        MonitorText.append(event, timestamp: timestamp, options, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private var event: MonitorReply {
        var event = MonitorReply(event: .added, seconds: 1_700_000_000, microseconds: 42)
        event.text = "sadb_msg{ version=2 type=3\n"
        event.hex = "0203000312000000010000000000000002"
        event.summary = "SA added: esp"
        return event
    }

    @Test func clockTimeHasMicroseconds() {
        #expect(text(event, .clock(utcOffset: 0)) == "22:13:20.000042 SA added: esp\nsadb_msg{ version=2 type=3\n\n")
        #expect(text(event, .clock(utcOffset: 7200)).hasPrefix("00:13:20.000042 SA"))
        #expect(text(event, .clock(utcOffset: -23 * 3600)).hasPrefix("23:13:20.000042 SA"))
    }

    @Test func epochIsUnformatted() {
        #expect(text(event, .epoch).hasPrefix("1700000000.000042 SA added"))
    }

    @Test func briefEventIsOneLine() {
        #expect(text(event, .epoch, hexDump: true, brief: true) == "1700000000.000042 SA added: esp\n")
    }

    @Test func hexadecimalRowsHoldSixteenBytes() {
        let lines = text(event, .epoch, hexDump: true).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[1] == "00000000: 02 03 00 03 12 00 00 00 01 00 00 00 00 00 00 00 ")
        #expect(lines[2] == "00000010: 02 ")
        #expect(lines[3] == "sadb_msg{ version=2 type=3")
    }

    @Test func eventWithoutAMessageIsItsSummary() {
        var event = MonitorReply(event: .expired, seconds: 1, microseconds: 2)
        #expect(text(event, .epoch) == "1.000002 expired\n\n")
        event.summary = "esp 10.0.0.1 spi 0x00001001 expired"
        #expect(text(event, .epoch) == "1.000002 esp 10.0.0.1 spi 0x00001001 expired\n\n")
    }
}

@Suite struct ProgressMeterTests {
    @Test func shortRunsShowNothing() {
        var meter = ProgressMeter(total: 10, unicode: false)
        #expect(meter.line(executed: 5, failed: 0, elapsed: .milliseconds(499), width: 80) == nil)
        #expect(!meter.isShown)
    }

    @Test func lineTellsDoneTotalRateAndFailures() {
        var meter = ProgressMeter(total: 20_000, unicode: false)
        #expect(
            meter.line(executed: 5000, failed: 3, elapsed: .seconds(1), width: 80)
                == "[#######.....................] 5000/20000 statements, 5000/s, 3 failed")
        #expect(meter.isShown)
    }

    @Test func lineIsRedrawnTenTimesASecondAtMost() {
        var meter = ProgressMeter(total: 100, unicode: true)
        #expect(meter.line(executed: 1, failed: 0, elapsed: .milliseconds(600), width: 80) != nil)
        #expect(meter.line(executed: 2, failed: 0, elapsed: .milliseconds(650), width: 80) == nil)
        #expect(meter.line(executed: 3, failed: 0, elapsed: .milliseconds(700), width: 80) != nil)
        meter.erased()
        #expect(meter.line(executed: 4, failed: 0, elapsed: .milliseconds(701), width: 80) != nil)
    }

    @Test func lineStaysBelowTheTerminalsWidth() {
        for width in 0...120 {
            var meter = ProgressMeter(total: 1_000_000, unicode: true)
            let line = meter.line(executed: 999_999, failed: 12, elapsed: .seconds(100), width: width)
            #expect((line ?? "").count <= max(0, width - 1))
        }
    }
}

struct StatusTextTests {
    @Test(arguments: [
        (0, nil, "none (policy: repair)"), (2, nil, "2 entries (policy: repair)"),
        (2, 1, "2 entries (policy: repair); 1 no longer repaired until setkey --reload"),
    ])
    func driftThatIsNoLongerRepairedIsCounted(_ drifted: Int, _ unrepaired: Int?, _ line: String) {
        var status = status(drifted: drifted)
        status.unrepaired = unrepaired
        #expect(StatusText.text(status).contains("\ndrift: \(line)\n"))
    }

    @Test func beforeTheFirstStateNothingHasCeasedToBeDeclared() {
        var status = status()
        status.undeclaredAssociations = 2
        let counts = "\nassociations: 2 in the kernel: 0 declared, 2"
        #expect(StatusText.text(status).contains("\(counts) declared before this start, 0 foreign;"))
        status.lastReload = 1
        status.lastOutcome = "done"
        #expect(StatusText.text(status).contains("\(counts) no longer declared, 0 foreign;"))
    }

    private func status(drifted: Int = 0) -> StatusReply {
        StatusReply(
            version: "1", kernelInterface: "simulated", protectsTraffic: false, configuration: "f", settled: false,
            state: "drifted", associations: 2, policies: 0, ownedAssociations: 2, ownedPolicies: 0,
            foreignAssociations: 0, foreignPolicies: 0, drifted: drifted, expired: 0, drift: "repair", overruns: 0,
            uptimeSeconds: 1, pid: 1, clients: 1)
    }
}
