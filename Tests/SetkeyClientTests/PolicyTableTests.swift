import ControlProtocol
import Testing

@testable import SetkeyClient

@Suite struct PolicyTableTests {
    private func policy(_ direction: Word<DirectionName>, lastUsed: Int = 0) -> PolicyRecord {
        PolicyRecord(
            direction: direction, source: "10.1.0.0/24", destination: "10.2.0.0/16", sourcePort: 0, destinationPort: 80,
            nextLayer: 6, action: "ipsec", transforms: ["esp/tunnel/192.0.2.1-192.0.2.2/require"],
            priority: 2_147_483_648, index: 1, created: 100, lastUsed: lastUsed, lifetime: 0, validTime: 0)
    }

    @Test func aPolicyIsOneLineUnderItsTitles() {
        let lines = PolicyTable.lines([policy("out", lastUsed: 940)], time: 1000, width: 200, height: 10)
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("DIR  SOURCE       DESTINATION      PROTO  ACTION"))
        #expect(
            lines[1].hasPrefix(
                "out  10.1.0.0/24  10.2.0.0/16[80]  6      ipsec esp/tunnel/192.0.2.1-192.0.2.2/require  2147483648"))
        #expect(lines[1].hasSuffix(" ago  -"))
        var owned = policy("out", lastUsed: 940)
        owned.owner = "setkey.conf:3:1"
        #expect(PolicyTable.lines([owned], time: 1000, width: 200, height: 10)[1].hasSuffix(" ago  setkey.conf:3:1"))
    }

    @Test(arguments: [0, 1, 5, 40]) func theTableFitsTheScreen(width: Int) {
        let policies = (0..<50).map { _ in policy("fwd") }
        for height in [1, 2, 3, 24, 51, 60] {
            let lines = PolicyTable.lines(policies, time: 0, width: width, height: height)
            #expect(lines.allSatisfy { $0.count <= width })
            #expect(lines.count <= max(height, 2))
        }
        #expect(PolicyTable.lines(policies, time: 0, width: 80, height: 24).last == "... and 28 more")
    }

    @Test func aPlainLineHasSevenFieldsBehindTheClock() {
        let lines = PolicyTable.plainLines([policy("in"), policy("out", lastUsed: 940)], clock: "12:00:00")
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.split(separator: " ").count == 8 })
        #expect(lines[0].hasSuffix("2147483648 -"))
        #expect(lines[1].hasSuffix("2147483648 940"))
    }
}
