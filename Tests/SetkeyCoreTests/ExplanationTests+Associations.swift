import ControlProtocol
import IPsec
import SetkeySyntax
import Testing

@testable import SetkeyCore

// SAs from anywhere, and SAs for packets of the other family.

extension ExplanationTests {
    private static let mixedTunnel = """
        spdadd 2001:db8:1::/48 2001:db8:2::/48 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ;

        """
    /// The same with AH around it.
    private static let mixedBundle = """
        spdadd 2001:db8:1::/48 2001:db8:2::/48 any -P out
            ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ah/transport//require ;

        """

    private static func anywhereSA(_ spi: Int) -> String {
        "add 0.0.0.0 192.0.2.2 esp \(spi) -m tunnel -E null ;"
    }

    private static func mixed(
        _ name: String, _ state: String, _ fate: PacketFate, spis: [Int] = [], says: String = ""
    ) -> Case {
        Case(name: name, state: state, from: "2001:db8:1::1", to: "2001:db8:2::1", fate: fate, spis: spis, says: says)
    }

    static let sourceCases: [Case] = [
        Case(
            name: "from anywhere, as OSPFv3 has it",
            state: """
                add :: ff02::5 ah 0x5001 -u 1 -r 0 -A hmac-sha1 \(mac) ;
                spdadd fe80::/10 ff02::5 89 -P out ipsec ah/transport//unique:1 ;
                """, from: "fe80::1", to: "ff02::5", nextLayer: 89, fate: .protected, spis: [0x5001]),
        Case(name: "from anywhere", state: tunnel + anywhereSA(0x1001), fate: .protected, spis: [0x1001]),
        Case(
            name: "the newest from anywhere", state: tunnel + anywhereSA(0x1001) + anywhereSA(0x1002),
            fate: .protected, spis: [0x1002], says: "fitting: 2"),
        Case(
            name: "from here, and a newer one from anywhere", state: tunnel + tunnelSA(0x1001) + anywhereSA(0x1002),
            fate: .protected, spis: [0x1001], says: "fitting: 1"),
        Case(
            name: "from here, and an older one from anywhere", state: tunnel + anywhereSA(0x1001) + tunnelSA(0x1002),
            fate: .protected, spis: [0x1002], says: "fitting: 1"),
        Case(
            name: "from anywhere, while one from here waits for its keys",
            state: tunnel + anywhereSA(0x1001) + "getspi 192.0.2.1 192.0.2.2 esp 0x1002 -m tunnel ;", fate: .dropped,
            says: "waits for its keys"),
        Case(
            name: "from here, while one from anywhere waits for its keys",
            state: tunnel + tunnelSA(0x1001) + "getspi 0.0.0.0 192.0.2.2 esp 0x1002 -m tunnel ;", fate: .protected,
            spis: [0x1001]),
        Case(
            name: "in, from anywhere", state: inTunnel + anywhereSA(0x1001), direction: .inbound, fate: .dropped,
            says: "comes from 0.0.0.0, and 192.0.2.1 is wanted"),
    ]

    static let familyCases: [Case] = [
        mixed(
            "IPv6 in IPv4, of one family", mixedTunnel + tunnelSA(0x1001), .dropped,
            says: "carries only IPv4 packets: write -f af-unspec"),
        mixed("IPv6 in IPv4, no SA", mixedTunnel, .dropped, says: "mode tunnel, with -f af-unspec"),
        mixed(
            "IPv6 in IPv4, for IPv6", mixedTunnel + tunnelSA(0x1001, "-sel ::/0 ::/0 any"), .protected,
            spis: [0x1001]),
        mixed(
            "IPv6 in IPv4, larval", mixedTunnel + "getspi 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel ;", .dropped,
            says: "waits for its keys"),
        // The outer one is asked for the packet, too, and not for what the inner one has made of it.
        mixed(
            "IPv6 in IPv4, in AH of one family",
            mixedBundle + tunnelSA(0x1001, "-f af-unspec") + "add 192.0.2.1 192.0.2.2 ah 0x1002 -A hmac-sha1 \(mac) ;",
            .dropped, says: "carries only IPv4 packets"),
        mixed(
            "IPv6 in IPv4, in AH",
            mixedBundle + tunnelSA(0x1001, "-f af-unspec")
                + "add 192.0.2.1 192.0.2.2 ah 0x1002 -f af-unspec -A hmac-sha1 \(mac) ;",
            .protected, spis: [0x1001, 0x1002]),
        Case(
            name: "IPv4 in IPv6, of one family",
            state: """
                spdadd 10.1.0.0/24 10.2.0.0/24 any -P out ipsec esp/tunnel/2001:db8::1-2001:db8::2/require ;
                add 2001:db8::1 2001:db8::2 esp 0x1001 -m tunnel -E null ;
                """, fate: .dropped, says: "carries only IPv6 packets: write -f af-unspec"),
        Case(
            name: "in, IPv6 in IPv4",
            state: """
                spdadd 2001:db8:1::/48 2001:db8:2::/48 any -P in ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ;
                add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E null ;
                """, from: "2001:db8:1::1", to: "2001:db8:2::1", direction: .inbound, fate: .protected, spis: [0x1001]),
    ]

    /// Whatever PF_KEY cannot tell of it may be its selector, too.
    @Test func anSAThatIsKnownInPartIsNotSaidToCarryOneFamily() throws {
        let flow = Flow(
            source: try #require(IPAddress("2001:db8:1::1")), destination: try #require(IPAddress("2001:db8:2::1")))
        var associations: [SecurityAssociation] = []
        var policies: [SecurityPolicy] = []
        for statement in Self.statements(Self.mixedTunnel + Self.tunnelSA(0x1001)) {
            switch statement {
            case .add(let association): associations.append(association)
            case .addPolicy(let policy): policies.append(policy)
            default: Issue.record("what is \(statement)")
            }
        }
        var association = try #require(associations.first)
        let policy = try #require(policies.first)
        let demand = AssociationDemand(
            try #require(policy.transforms.first), of: policy, for: flow, outbound: true,
            between: (flow.source, flow.destination))
        #expect(demand.mismatches(of: association) == [.family])
        association.isDegraded = true
        #expect(demand.mismatches(of: association).isEmpty)
    }
}
