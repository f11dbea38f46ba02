import ControlProtocol
import IPsec
import Testing

@testable import SetkeyCore

/// What is found wrong with how the machine is set up.
@Suite struct MachineFindingsTests: Doctoring {
    @Test func theMachineIsLookedAt() {
        var report = MachineReport()
        report.forwards = [.ipv4: false, .ipv6: false]
        report.disabledTransforms = ["net.ipv4.conf.all.disable_xfrm"]
        report.disabledPolicies = ["net.ipv6.conf.vti1.disable_policy"]
        report.reversePathDrops = 7
        report.keyManagers = [.init(interface: "NETLINK_XFRM", portID: 12)]
        let whole = examination(Self.tunnel + Self.associations)
        #expect(
            found(whole, report) == [
                "warning forwarding-off", "warning xfrm-disabled", "warning policy-disabled", "note reverse-path",
                "note key-manager",
            ])
        // Where nothing is to be protected, nothing of it matters.
        #expect(found(examination(""), report).isEmpty)
        report.forwards = [.ipv4: true, .ipv6: false]
        #expect(!found(whole, report).contains("warning forwarding-off"))
    }

    @Test func espInUDPNeedsASocket() {
        let text =
            "add 192.0.2.2[4500] 192.0.2.1[4501] esp-udp 0x1002 -m tunnel -E aes-cbc \(Self.key) "
            + "-A hmac-sha1 \(Self.key)01020304 ;"
        var report = MachineReport()
        #expect(found(examination(text), report).isEmpty)
        report.udpPorts = [4500]
        // At another machine's address nothing arrives.
        #expect(found(examination(text), report).isEmpty)
        report.localAddresses = Set(examination(text).arrivals)
        #expect(found(examination(text), report) == ["warning closed-port"])
        report.udpPorts = [4501]
        #expect(found(examination(text), report).isEmpty)
    }

    @Test func whatFitsThroughATunnelIsCounted() throws {
        let whole = examination(Self.tunnel + Self.associations)
        #expect(whole.tunnelEnds.map(\.description) == ["192.0.2.2"])
        var report = MachineReport()
        report.pathMTUs = [try #require(IPAddress("192.0.2.2")): 1500]
        let note = try #require(whole.result(report).findings(since: nil, at: 0).first)
        #expect(note.code == "tunnel-mtu" && note.severity == .known(.note))
        // As the kernel counts: 1500 - 20 - 8 - 16 - 12, in blocks of 16, less the trailer's 2.
        #expect(note.evidence?.first?.hasSuffix(": 1438 of 1500 bytes") == true)
        report.pathMTUs = [try #require(IPAddress("192.0.2.2")): 1300]
        #expect(found(whole, report) == ["note tunnel-mtu"])
        let six = "spdadd 2001:db8:1::/64 2001:db8:2::/64 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ;"
        #expect(
            found(examination(Self.tunnel + Self.associations + six), report) == [
                "warning mixed-families", "warning tunnel-mtu",
            ])
    }

    @Test func aDaemonThatIsNotSettledSaysSo() {
        #expect(
            found(examination("", traits: .pfKey, trouble: "drifted")) == ["error not-settled", "note old-interface"])
        #expect(found(examination("", traits: .pfKey.ofSimulatedKernel)).isEmpty)
    }
}
