import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// What the kernel does to a packet, by its own rules.
@Suite struct ExplanationTests {
    /// A state of the kernel, a packet, and what becomes of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let state: String
        var from = "10.1.0.5"
        var to = "10.2.0.7"
        var nextLayer: UInt8?
        var ports: (UInt16?, UInt16?) = (nil, nil)
        var mark: UInt32 = 0
        var interfaceID: UInt32 = 0
        var device: String?
        var direction = Direction.outbound
        let fate: PacketFate
        /// The SAs that are taken.
        var spis: [Int] = []
        /// A part of what is said.
        var says = ""

        var testDescription: String { name }

        var flow: Flow {
            get throws {
                var flow = Flow(source: try #require(IPAddress(from)), destination: try #require(IPAddress(to)))
                flow.nextLayer = nextLayer.map(NextLayerProtocol.init)
                (flow.sourcePort, flow.destinationPort) = ports
                flow.mark = mark
                flow.interfaceID = InterfaceID(rawValue: interfaceID)
                flow.device = device.map(Device.named)
                return flow
            }
        }
    }

    static let tunnel =
        "spdadd 10.1.0.0/24 10.2.0.0/24 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ;"
    private static let optional = "spdadd 10.1.0.0/24 10.2.0.0/24 any -P out ipsec esp/transport//use ;"
    static let inTunnel =
        "spdadd 10.1.0.0/24 10.2.0.0/24 any -P in ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ;"

    static let mac = "0xd41b7790c35ea8f2064d81b93f72ce150ab6e897"

    static func tunnelSA(_ spi: Int, _ options: String = "", mode: String = "tunnel") -> String {
        "add 192.0.2.1 192.0.2.2 esp \(spi) -m \(mode) \(options) -E null ;"
    }

    static let cases: [Case] = [
        Case(name: "no policy", state: "", fate: .clear, says: "no policy matches"),
        Case(
            name: "none", state: "spdadd 10.1.0.0/24 10.2.0.0/24 any -P out none ;", fate: .clear, says: "lets it pass"),
        Case(name: "discard", state: "spdadd 10.1.0.0/24 10.2.0.0/24 any -P out discard ;", fate: .dropped),
        Case(name: "another direction", state: "spdadd 10.1.0.0/24 10.2.0.0/24 any -P in discard ;", fate: .clear),
        Case(name: "default", state: "spddefault -P out discard ;", fate: .dropped, says: "the default drops"),
        Case(name: "default of another way", state: "spddefault -P in discard ;", fate: .clear),
        Case(
            name: "the lower number wins",
            state: """
                spdadd 10.0.0.0/8 10.0.0.0/8 any -P out prio def +1 none ;
                spdadd 10.1.0.0/24 10.2.0.0/24 any -P out prio def -1 discard ;
                """, fate: .clear),
        Case(
            name: "of equals the oldest",
            state: """
                spdadd 10.0.0.0/8 10.0.0.0/8 any -P out discard ;
                spdadd 10.1.0.0/24 10.2.0.0/24 any -P out none ;
                """, fate: .dropped, says: "equal priority"),
        Case(
            name: "prefixes", state: "spdadd 10.1.0.0/30 10.2.0.0/24 any -P out discard ;", from: "10.1.0.4",
            fate: .clear),
        Case(
            name: "host bits do not matter", state: "spdadd 10.1.0.9/24 10.2.0.1/24 any -P out discard ;",
            fate: .dropped),
        Case(
            name: "protocol", state: "spdadd 10.1.0.0/24 10.2.0.0/24 tcp -P out discard ;", nextLayer: 17, fate: .clear,
            says: "is for protocol 6"),
        Case(
            name: "no protocol is given", state: "spdadd 10.1.0.0/24 10.2.0.0/24 tcp -P out discard ;", fate: .clear,
            says: "and none was given"),
        Case(
            name: "port", state: "spdadd 10.1.0.0/24 10.2.0.0/24[443] tcp -P out discard ;", nextLayer: 6,
            ports: (1000, 80), fate: .clear, says: "is for packets to port 443"),
        Case(
            name: "this port", state: "spdadd 10.1.0.0/24 10.2.0.0/24[443] tcp -P out discard ;", nextLayer: 6,
            ports: (nil, 443), fate: .dropped),
        Case(
            name: "type of ICMP", state: "spdadd 10.1.0.0/24 10.2.0.0/24 icmp 8,0 -P out discard ;", nextLayer: 1,
            ports: (0, 0), fate: .clear, says: "of type 8"),
        Case(
            name: "mark", state: "spdadd 10.1.0.0/24 10.2.0.0/24 any -mark 7 -P out discard ;", mark: 8, fate: .clear,
            says: "with mark 0x7"),
        Case(
            name: "bits of a mark", state: "spdadd 10.1.0.0/24 10.2.0.0/24 any -mark 7/0xf -P out discard ;",
            mark: 0x17,
            fate: .dropped),
        Case(
            name: "interface id", state: "spdadd 10.1.0.0/24 10.2.0.0/24 any -if_id 3 -P out discard ;", fate: .clear,
            says: "with if_id 3"),
        Case(
            name: "through that interface", state: "spdadd 10.1.0.0/24 10.2.0.0/24 any -if_id 3 -P out discard ;",
            interfaceID: 3, fate: .dropped),
        Case(
            name: "not through an interface", state: "spdadd 10.1.0.0/24 10.2.0.0/24 any -P out discard ;",
            interfaceID: 3, fate: .clear, says: "is not for an XFRM interface"),
        Case(
            name: "device", state: "spdadd 10.1.0.0/24 10.2.0.0/24 any -dev eth0 -P out discard ;", fate: .clear,
            says: "say --dev"),
        Case(
            name: "by that device", state: "spdadd 10.1.0.0/24 10.2.0.0/24 any -dev eth0 -P out discard ;",
            device: "eth0", fate: .dropped),

        Case(name: "tunnel", state: tunnel + tunnelSA(0x1001), fate: .protected, spis: [0x1001]),
        Case(
            name: "no SA", state: tunnel, fate: .dropped,
            says: "add an SA: esp from 192.0.2.1 to 192.0.2.2, mode tunnel"),
        Case(
            name: "mode", state: tunnel + tunnelSA(0x1002, mode: "transport"), fate: .dropped,
            says: "has mode transport, the policy wants tunnel"),
        Case(
            name: "reqid of the SA alone", state: tunnel + tunnelSA(0x1003, "-u 7"), fate: .dropped,
            says: "has reqid 7, the policy wants 0"),
        Case(
            name: "reqid of the policy",
            state: tunnel.replacing("require", "unique:7") + tunnelSA(0x1001) + tunnelSA(0x1002, "-u 7"),
            fate: .protected,
            spis: [0x1002]),
        Case(
            name: "source", state: tunnel + "add 192.0.2.9 192.0.2.2 esp 0x1001 -m tunnel -E null ;", fate: .dropped,
            says: "comes from 192.0.2.9"),
        Case(name: "the newest", state: tunnel + tunnelSA(0x1001) + tunnelSA(0x1002), fate: .protected, spis: [0x1002]),
        Case(
            name: "SA with a mark", state: tunnel + tunnelSA(0x1001, "-mark 7"), fate: .dropped, says: "has mark 0x7"),
        Case(
            name: "mark of the policy",
            state: "spdadd 10.1.0.0/24 10.2.0.0/24 any -mark 7 -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ;"
                + tunnelSA(0x1001, "-mark 7"), mark: 7, fate: .protected, spis: [0x1001]),
        Case(
            name: "SA for an interface", state: tunnel + tunnelSA(0x1001, "-if_id 3"), fate: .dropped,
            says: "has if_id 3"),
        Case(
            name: "SA for the other way", state: tunnel + tunnelSA(0x1001, "-dir in"), fate: .dropped,
            says: "is for packets that come in"),
        Case(
            name: "SA for other packets", state: tunnel + tunnelSA(0x1001, "-sel 10.1.0.0/24 10.2.0.0/24 tcp"),
            nextLayer: 17, fate: .dropped, says: "is for other packets"),
        Case(
            name: "use", state: optional, fate: .clear, says: "does not require one"),
        Case(
            name: "use, with an SA", state: optional + "add 10.1.0.5 10.2.0.7 esp 0x1001 -E null ;", fate: .protected,
            spis: [0x1001]),
        Case(
            name: "larval", state: tunnel + "getspi 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel ;", fate: .dropped,
            says: "waits for its keys"),
        Case(
            name: "transport",
            state: """
                spdadd 10.1.0.5 10.2.0.7 any -P out ipsec esp/transport//require ;
                add 10.1.0.5 10.2.0.7 esp 0x1001 -E null ;
                """, fate: .protected, spis: [0x1001]),
        Case(
            name: "a bundle",
            state: """
                spdadd 10.1.0.5 10.2.0.7 any -P out ipsec esp/transport//require ah/transport//require ;
                add 10.1.0.5 10.2.0.7 esp 0x1001 -E null ;
                add 10.1.0.5 10.2.0.7 ah 0x1002 -A hmac-sha1 \(mac) ;
                """, fate: .protected, spis: [0x1001, 0x1002]),
        Case(
            name: "behind a tunnel",
            state: """
                spdadd 10.1.0.0/24 10.2.0.0/24 any -P out
                    ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ah/transport//require ;
                add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E null ;
                add 192.0.2.1 192.0.2.2 ah 0x1002 -A hmac-sha1 \(mac) ;
                add 10.1.0.5 10.2.0.7 ah 0x1003 -A hmac-sha1 \(mac) ;
                """, fate: .protected, spis: [0x1001, 0x1002]),
        Case(
            name: "IPv6 in IPv4",
            state: """
                spdadd 2001:db8:1::/48 2001:db8:2::/48 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ;
                add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -f af-unspec -E null ;
                """, from: "2001:db8:1::1", to: "2001:db8:2::1", fate: .protected, spis: [0x1001]),
        Case(
            name: "used up", state: tunnel + tunnelSA(0x1001), fate: .dropped,
            says: "has used all of its sequence numbers"),

        Case(name: "in, no policy", state: "", direction: .inbound, fate: .clear),
        Case(
            name: "in, protected", state: inTunnel + tunnelSA(0x1001), direction: .inbound, fate: .protected,
            spis: [0x1001], says: "dropped in clear"),
        Case(
            name: "in, no SA", state: inTunnel, direction: .inbound, fate: .dropped, says: "by which it could have come"
        ),
        Case(
            name: "in, any reqid", state: inTunnel + tunnelSA(0x1001, "-u 7"), direction: .inbound, fate: .protected,
            spis: [0x1001]),
        Case(
            name: "in, another reqid", state: inTunnel.replacing("require", "unique:5") + tunnelSA(0x1001, "-u 7"),
            direction: .inbound, fate: .dropped, says: "has reqid 7, the policy wants 5"),
        Case(
            name: "in, not required", state: inTunnel.replacing("require", "use"), direction: .inbound, fate: .clear,
            says: "does not require"),
        Case(
            name: "in, default", state: "spddefault -P in discard ;", direction: .inbound, fate: .dropped),
        Case(
            name: "forwarded", state: tunnel + tunnelSA(0x1001), direction: .forward, fate: .protected, spis: [0x1001]),
        Case(
            name: "not forwarded",
            state: tunnel + tunnelSA(0x1001) + "spdadd 10.1.0.0/24 10.2.0.0/24 any -P fwd discard ;",
            direction: .forward, fate: .dropped),
    ]

    @Test(arguments: cases + sourceCases + familyCases) func thePacketMeetsWhatTheKernelTakes(_ example: Case) throws {
        var mirror = Mirror(tellsStates: false)
        var time: UInt64 = 100
        for statement in Self.statements(example.state) {
            switch statement {
            case .add(var association):
                association.current.addTime = time
                if example.name == "used up" { association.numbers.sent = UInt64(UInt32.max) }
                _ = mirror.apply(.association(.added, association))
            case .reserveSPI(var association, _):
                association.state = .larval
                _ = mirror.apply(.reservedSPI(association))
            case .addPolicy(let policy): _ = mirror.apply(.policy(.added, policy))
            default: Issue.record("what is \(statement)")
            }
            time += 1
        }
        var explanation = Explanation(try example.flow, Explanation.Way(example.direction))
        while !explanation.isDone { explanation.advance(&mirror, count: 1) }
        let reply = ExplainReply(explanation, EntryOwners(state: StateInForce()))
        #expect(reply.fate == .known(example.fate), "\(reply)")
        let taken = reply.lookups.flatMap(\.transforms).compactMap { $0.association?.spi }
        if example.fate == .protected { #expect(taken == example.spis) }
        #expect(example.says.isEmpty || "\(reply)".contains(example.says), "\(reply)")
    }

    static func statements(_ text: String) -> [Statement.Kind] {
        var parser = Parser(Array(text.utf8), options: ParserOptions(traits: .xfrm))
        var kinds: [Statement.Kind] = []
        while let statement = parser.next() { kinds.append(statement.kind) }
        #expect(parser.errorCount == 0, "\(parser.diagnostics)")
        return kinds
    }

    @Test func aClientIsAnsweredWithWhoOwnsWhat() throws {
        var machine = Machine.started(on: .xfrm, file: "\(Self.tunnel)\n")
        machine.foreignRun(Self.tunnelSA(0x1001))
        machine.settle()
        machine.replies = []
        let flow = Flow(source: try #require(IPAddress("10.1.0.5")), destination: try #require(IPAddress("10.2.0.7")))
        machine.post(.called(Machine.nobody, .explain(ExplainParameters(flow))))
        guard case .explain(let reply)? = machine.replies.first?.reply else {
            Issue.record("no reply")
            return
        }
        #expect(reply.fate == .known(.protected))
        #expect(reply.lookups.first?.owner?.isEmpty == false)
        #expect(reply.lookups.first?.owner != "foreign")
        #expect(reply.lookups.first?.transforms.first?.owner == "foreign")
        #expect(reply.lookups.first?.transforms.first?.association?.encryptionKey == nil)
    }

    @Test func whoeverLeavesWaitsNoLonger() throws {
        var machine = Machine.started(on: .xfrm)
        let flow = Flow(source: try #require(IPAddress("10.1.0.5")), destination: try #require(IPAddress("10.2.0.7")))
        machine.replies = []
        machine.queue(.called(Machine.nobody, .explain(ExplainParameters(flow))))
        machine.queue(.disconnected(Machine.nobody))
        machine.settle()
        #expect(machine.replies.isEmpty)
        #expect(machine.daemon.clients.explanations.isEmpty)
    }
}

extension String {
    fileprivate func replacing(_ word: String, _ other: String) -> String {
        split(separator: word, omittingEmptySubsequences: false).joined(separator: other)
    }
}
