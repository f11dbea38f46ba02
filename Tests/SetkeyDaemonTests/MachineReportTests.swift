import IPsec
import SetkeyCore
import Testing

@testable import SetkeyDaemon

/// What the kernel's files say of the machine.
@Suite struct MachineReportTests {
    private static let files: [String: String] = [
        "net/xfrm_stat": "XfrmInError             \t0\nXfrmInNoStates          \t42\nnonsense\nXfrmOutError x\n",
        "net/netstat": """
        TcpExt: SyncookiesSent IPReversePathFilter TWRecycled
        TcpExt: 1 7 3
        IpExt: InNoRoutes
        IpExt: 5

        """,
        "sys/net/ipv4/ip_forward": "1\n",
        "sys/net/ipv6/conf/all/forwarding": "0\n",
        "net/dev": """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets
            lo: 1000       8    0    0    0     0          0         0     1000       8
        eth0.7:    5       1    0    0    0     0          0         0        5       1

        """,
        "sys/net/ipv4/conf/lo/disable_xfrm": "1\n",
        "sys/net/ipv4/conf/all/disable_xfrm": "1\n",
        "sys/net/ipv4/conf/eth0.7/disable_policy": "1\n",
        "sys/net/ipv6/conf/eth0.7/disable_policy": "1\n",
        "net/udp": """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
          12: 00000000:1194 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 11 2 0 0

        """,
        "net/netlink": """
        sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
        0000000000000000 6   700        00000001 0        0        0     2        0        901
        0000000000000000 6   701        00000001 0        0        0     2        0        902
        0000000000000000 6   702        0000000e 0        0        0     2        0        903
        0000000000000000 0   703        00000001 0        0        0     2        0        904

        """,
        "net/pfkey": """
        sk       RefCnt Rmem   Wmem   User   Inode
        0000000000000000 2      0      0      0      905
        0000000000000000 2      0      0      0      906

        """,
    ]

    @Test func filesAreRead() {
        let report = MachineReport({ Self.files[$0] }, isOwn: { [902, 906].contains($0) })
        #expect(report.counters.map(\.name) == ["XfrmInError", "XfrmInNoStates"])
        #expect(report.counters.map(\.value) == [0, 42])
        #expect(report.reversePathDrops == 7)
        #expect(report.forwards == [.ipv4: true, .ipv6: false])
        // The loopback device is without transforms from the start.
        #expect(report.disabledTransforms == ["net.ipv4.conf.all.disable_xfrm"])
        #expect(
            report.disabledPolicies == ["net.ipv4.conf.eth0.7.disable_policy", "net.ipv6.conf.eth0.7.disable_policy"])
        #expect(report.udpPorts == [4500])
        #expect(
            report.keyManagers == [
                .init(interface: "NETLINK_XFRM", portID: 700), .init(interface: "PF_KEY", portID: nil),
            ])
    }

    @Test func whatCannotBeReadIsNotKnown() {
        let report = MachineReport({ _ in nil }, isOwn: { _ in false })
        #expect(report.counters.isEmpty && report.disabledTransforms.isEmpty && report.keyManagers.isEmpty)
        #expect(report.forwards.isEmpty && report.udpPorts == nil && report.reversePathDrops == 0)
    }

    @Test func nonsenseIsPassedOver() {
        for text in ["", "\n\n", "a b c", ": : :", "0: 0:zz", "6 6 6 6 6 6 6 6 6 6 6", "TcpExt:\nTcpExt:"] {
            let report = MachineReport({ _ in text }, isOwn: { _ in false })
            #expect(report.reversePathDrops == 0 && report.counters.isEmpty)
        }
    }
}
