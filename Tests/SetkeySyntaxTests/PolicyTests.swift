import IPsec
import SetkeySyntax
import Testing

struct PolicyTests {
    private let tail = "-P out none ;"

    private func selector(_ text: String, _ options: ParserOptions = ParserOptions()) -> Selector? {
        Parsed("spdadd \(text) \(tail)", options).policy?.identity.selector
    }

    private func policy(_ text: String) -> SecurityPolicy? {
        Parsed("spdadd 10.1.0.0/24 10.2.0.0/24 any \(text) ;").policy
    }

    @Test func theExamplesOfTheManualAreRead() {
        let policy = Parsed(
            """
            spdadd\t192.168.0.1/32[23] 192.168.0.2/32[any] any
            \t\t-P out ipsec
                            esp/tunnel/10.0.11.41-10.0.11.33/require
            \t        ah/transport//require ;
            """
        ).policy
        let selector = Selector(
            source: prefix("192.168.0.1"), destination: prefix("192.168.0.2"), sourcePort: 23)
        #expect(policy?.identity == PolicyIdentity(direction: .outbound, selector: selector))
        #expect(policy?.priority == SecurityPolicy.defaultPriority)
        let ends = Transform.Endpoints(source: ip("10.0.11.41"), destination: ip("10.0.11.33"))
        #expect(
            policy?.action
                == .protect([
                    Transform(nextLayer: .esp, mode: .tunnel, endpoints: ends, level: .require),
                    Transform(nextLayer: .ah, mode: .transport, endpoints: nil, level: .require),
                ]))
    }

    @Test func theDirectionMayTouchItsOption() {
        #expect(policy("-Pout none")?.action == .bypass)
        #expect(policy("-Pout none") == policy("-P out none"))
        #expect(policy("-Pfwd prio 3 discard")?.action == .discard)
        #expect(Parsed("spddelete 10.1.0.0/24 10.2.0.0/24 any -Pin ;").diagnostics.isEmpty)
        #expect(Parsed("spddelete 10.1.0.0/24 10.2.0.0/24 any -Pinn ;").headlines.count == 1)
    }

    @Test func addressesStayAsWritten() {
        #expect(selector("10.7.1.2/16 2.0.0.0/8 any")?.source == prefix("10.7.1.2", 16))
        #expect(
            selector("2001:db8::/32[1] ::/0[any] 6")
                == Selector(
                    source: prefix("2001:db8::", 32), destination: prefix("::", 0), nextLayer: .tcp, sourcePort: 1))
        #expect(selector("10.0.0.1[65535] 10.0.0.2/32 udp")?.sourcePort == 65535)
    }

    @Test(arguments: [
        ("any", 255, 0, 0), ("tcp", 6, 0, 0), ("icmp", 1, 0, 0), ("icmp6", 58, 0, 0), ("ip4", 4, 0, 0),
        ("esp", 50, 0, 0), ("ah", 51, 0, 0), ("0", 255, 0, 0), ("255", 255, 0, 0), ("89", 89, 0, 0),
        ("icmp 8", 1, 8, 0), ("icmp 3,4", 1, 3, 4), ("icmp6 128,0", 58, 128, 0), ("icmp6 1 , 2", 58, 1, 2),
        ("135 5,0", 135, 5, 0), ("gre 65538", 47, 1, 2), ("gre 1.2.3.4", 47, 0x102, 0x304), ("gre", 47, 0, 0),
    ])
    func upperLayerProtocolsAreRead(_ text: String, _ number: UInt8, _ source: UInt16, _ destination: UInt16) {
        #expect(
            selector("10.0.0.1 10.0.0.2 \(text)")
                == Selector(
                    source: prefix("10.0.0.1"), destination: prefix("10.0.0.2"),
                    nextLayer: NextLayerProtocol(rawValue: number), sourcePort: source, destinationPort: destination))
    }

    @Test func namesComeFromTheTablesOfTheMachine() {
        var options = ParserOptions()
        options.protocolNames = ProtocolNames(
            parsing: Array("# c\nhip\t139 HIP # x\nicmp 1 ICMP\nbad\nworse 300\n".utf8))
        options.serviceNames = ServiceNames(
            parsing: Array("http 80/tcp www\ndomain 53/tcp\ndomain 53/udp\nodd 1/tcp\nodd 2/udp".utf8))
        #expect(selector("::1 ::2 HIP", options)?.nextLayer.rawValue == 139)
        #expect(selector("::1[www] ::2[domain] any", options)?.sourcePort == 80)
        #expect(selector("::1[www] ::2[domain] any", options)?.destinationPort == 53)
        #expect(selector("::1[odd] ::2 udp", options)?.sourcePort == 2)
        #expect(selector("::1[odd] ::2 tcp", options)?.sourcePort == 1)
        #expect(Parsed("spdadd ::1[odd] ::2 any \(tail)", options).headlines.first?.hasPrefix("1:12: error:") == true)
        #expect(options.protocolNames.name(of: 1) == "icmp" && options.protocolNames.name(of: 139) == "hip")
    }

    @Test(
        arguments: [
            ("", 0x8000_0000), ("prio 10 ", 0x7fff_fff6), ("priority -10 ", 0x8000_000a), ("prio high ", 0x4000_0000),
            ("prio def ", 0x8000_0000), ("prio low ", 0xc000_0000), ("prio high + 10 ", 0x3fff_fff6),
            ("prio low-1 ", 0xc000_0001), ("prio def+ 1 ", 0x7fff_ffff), ("prio def -1 ", 0x8000_0001),
            ("prio 2147483648 ", 0), ("prio -2147483647 ", 0xffff_ffff), ("prio high + 1073741824 ", 0),
            ("prio low - 1073741823 ", 0xffff_ffff),
        ] as [(String, UInt32)])
    func prioritiesBecomeTheKernelsNumber(_ text: String, _ priority: UInt32) {
        #expect(policy("-P out \(text)none")?.priority == priority)
    }

    @Test(arguments: [
        ("default", TransformLevel.default), ("", .default), ("use", .use), ("require", .require),
        ("unique", .unique(.none)), ("unique:16383", .unique(ReqID(rawValue: 16383))),
    ])
    func levelsAreRead(_ text: String, _ level: TransformLevel) {
        let expected = PolicyAction.protect([Transform(nextLayer: .esp, mode: .transport, endpoints: nil, level: level)]
        )
        #expect(policy("-P in ipsec esp/transport//\(text)")?.action == expected)
    }

    @Test func shortFormsOfTransformsAreRead() {
        let expected = PolicyAction.protect([
            Transform(nextLayer: .ah, mode: .transport, endpoints: nil, level: .default)
        ])
        for text in ["ah/transport", "ah/transport/", "ah/transport//", "ah/transport/me-any/"] {
            #expect(policy("-P out ipsec \(text)")?.action == expected, "\(text)")
        }
        #expect(policy("-P fwd ipsec ah/transport/any-me/")?.action == expected)
        let ends = Transform.Endpoints(source: ip("::1"), destination: ip("::2"))
        let tunnel = Transform(
            nextLayer: NextLayerProtocol(rawValue: 108), mode: .tunnel, endpoints: ends, level: .default)
        #expect(policy("-P fwd ipsec ipcomp/tunnel/::1-::2")?.action == .protect([tunnel]))
    }

    @Test func portsAndTransportAddressesOfTransformsAreWarnedOf() {
        let head = "spdadd ::1 ::2 any -P in ipsec "
        let tunnel = Parsed("\(head)esp/tunnel/192.0.2.1[500]-192.0.2.2[500]/use ;")
        #expect(tunnel.headlines == ["1:43: warning: Linux ignores the ports of a transform; remove them"])
        #expect(tunnel.kinds.count == 1)
        let transport = Parsed("\(head)esp/transport/192.0.2.1-192.0.2.2/use ;")
        #expect(transport.kinds.first?.text() == "\(head)esp/transport//use ;")
        #expect(transport.diagnostics.first?.severity == .warning)
    }

    @Test func actionsLabelsAndDirectionsAreRead() {
        #expect(policy("-P in discard")?.action == .discard)
        #expect(policy("-P fwd none")?.action == .bypass)
        #expect(policy("-P fwd none")?.identity.direction == .forward)
        #expect(
            policy("-ctx 1 1 \"u:r:t\" -P in none")?.securityContext
                == SecurityContext(domain: 1, algorithm: 1, label: "u:r:t"))
    }

    @Test func deletingTakesADirectionOrAWholePolicy() {
        let identity = PolicyIdentity(
            direction: .inbound, selector: Selector(source: prefix("::1"), destination: prefix("::2")))
        for rest in ["", "none", "prio 5", "prio low ipsec esp/transport//use"] {
            #expect(Parsed("spddelete ::1 ::2 any -P in \(rest) ;").kinds == [.deletePolicy(identity)])
        }
    }
}
