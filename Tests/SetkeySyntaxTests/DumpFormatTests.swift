import Glibc
import IPsec
import SetkeySyntax
import TestSupport
import Testing
import TextBytes

@Suite(.serialized) struct DumpFormatTests {
    private static let zone: Void = {
        unsafe setenv("TZ", "UTC", 1)
        tzset()
    }()

    init() { Self.zone }

    private let now: UInt64 = 1_795_443_340  // Nov 23 14:15:40 2026

    private func format(_ configure: (inout DumpFormat.Options) -> Void = { _ in }) -> DumpFormat {
        var options = DumpFormat.Options(processID: 4711)
        configure(&options)
        return DumpFormat(options: options, now: now)
    }

    private func association() throws -> SecurityAssociation {
        let key = "00112233445566778899aabbccddeeff"
        var sa = try #require(
            Parsed(
                "add 192.0.2.1 192.0.2.2 esp 4097 -m tunnel -u 7 -r 4 -lh 3600 -ls 2800 -bh 1000000 -bs 800000 "
                    + "-E aes-cbc 0x\(key) -A hmac-sha1 0x\(key)00112233 ;"
            ).association)
        sa.current = Lifetime(allocations: 3, bytes: 192, addTime: now - 3, useTime: now - 1)
        return sa
    }

    private func text(_ body: (inout [UInt8]) -> Void) -> String {
        var output: [UInt8] = []
        body(&output)
        return dumpText(output)
    }

    @Test func aKeyThatIsNotShownHasItsFingerprint() throws {
        let sa = try association()
        let fingerprints = KeyFingerprints()
        let encryption = String(try #require(fingerprints.ofEncryption(sa)), radix: 16)
        let integrity = String(try #require(fingerprints.ofIntegrity(sa)), radix: 16)
        func padded(_ digits: String) -> String { String(repeating: "0", count: 4 - digits.count) + digits }
        var hidden = format { $0.fingerprints = fingerprints }
        #expect(
            text { hidden.append(sa, isLast: true, to: &$0) }
                .contains(
                    "\tE: aes-cbc  <hidden \(padded(encryption))>\n\tA: hmac-sha1  <hidden \(padded(integrity))>\n"))
        var shown = format { ($0.fingerprints, $0.showKeys) = (fingerprints, true) }
        #expect(!text { shown.append(sa, isLast: true, to: &$0) }.contains("hidden"))
        var unknown = sa
        unknown.hidesKeys = true
        #expect(text { shown.append(unknown, isLast: true, to: &$0) }.contains("\tE: aes-cbc  <hidden>\n"))
    }

    /// Behind the lines of ipsec-tools, in front of the one that ends an entry.
    @Test func whatIpsecToolsDoesNotKnowHasLinesOfItsOwn() throws {
        var sa = try association()
        sa.flags = [.noECN, .extendedSequence, .icmp]
        sa.options.paddedLength = 1400
        sa.options.direction = .inbound
        sa.numbers.received = 1 << 32
        sa.numbers.late = 2
        var plain = format()
        let output = text { plain.append(sa, isLast: false, to: &$0) }
        #expect(output.contains("flags=0x80000000"))
        let lines = output.split(separator: "\n").suffix(3).dropLast()
        #expect(lines == ["\textensions: -f icmp -esn -tfc 1400 -dir in", "\tsequence: sent=0 received=4294967296"])
        var verbose = format { $0.isVerbose = true }
        #expect(
            text { verbose.append(sa, isLast: false, to: &$0) }.contains("\n\tdropped: replayed=0 forged=0 late=2\n"))
        #expect(
            text { verbose.append(sa, isLast: false, owner: #"/etc/a "b".conf:1:2"#, to: &$0) }
                .contains("late=2\n\towner: /etc/a \"b\".conf:1:2\n\tsadb_seq=2 "))
    }

    @Test func anSAHasTheLayoutOfIpsecTools() throws {
        let sa = try association()
        var format = format { $0.showKeys = true }
        let output = text { format.append(sa, isLast: false, to: &$0) }
        #expect(
            output == """
                192.0.2.1 192.0.2.2\u{20}
                \tesp mode=tunnel spi=4097(0x00001001) reqid=7(0x00000007)
                \tE: aes-cbc  00112233 44556677 8899aabb ccddeeff
                \tA: hmac-sha1  00112233 44556677 8899aabb ccddeeff 00112233
                \tseq=0x00000000 replay=4 flags=0x00000000 state=mature\u{20}
                \tcreated: Nov 23 14:15:37 2026\tcurrent: Nov 23 14:15:40 2026
                \tdiff: 3(s)\thard: 3600(s)\tsoft: 2800(s)
                \tlast: Nov 23 14:15:39 2026\thard: 0(s)\tsoft: 0(s)
                \tcurrent: 192(bytes)\thard: 1000000(bytes)\tsoft: 800000(bytes)
                \tallocated: 3\thard: 0\tsoft: 0
                \tsadb_seq=1 pid=4711 refcnt=0

                """)
    }

    @Test func keysAreHiddenAndTheLastEntryHasNumberZero() throws {
        let sa = try association()
        var format = format()
        let output = text {
            format.append(sa, isLast: false, to: &$0)
            format.append(sa, isLast: false, to: &$0)
            format.append(sa, isLast: true, to: &$0)
        }
        #expect(output.contains("\tE: aes-cbc  <hidden>\n\tA: hmac-sha1  <hidden>\n"))
        #expect(!output.contains("00112233 4"))
        let numbers = output.split(separator: "\n").filter { $0.contains("sadb_seq") }.map { $0.prefix { $0 != " " } }
        #expect(numbers == ["\tsadb_seq=1", "\tsadb_seq=2", "\tsadb_seq=0"])
    }

    @Test func portsTypesAndTimesThatAreMissingAreShown() throws {
        var sa = try #require(
            Parsed("add 192.0.2.1 192.0.2.2[10000] esp-udp 256 -E null -ctx 1 2 \"a:b\" ;").association)
        sa.current.addTime = 0
        var plain = format()
        let output = text { plain.append(sa, isLast: true, to: &$0) }
        #expect(output.hasPrefix("192.0.2.1[4500] 192.0.2.2[10000] \n\tesp-udp mode=transport spi=256("))
        #expect(!output.contains("E:"))
        #expect(output.contains("\tcreated:                     \tcurrent: Nov 23"))
        #expect(output.contains("\tdiff: 0(s)\t"))
        #expect(
            output.contains(
                "\tsecurity context doi: 1\n\tsecurity context algorithm: 2\n\tsecurity context length: 4\n\tsecurity context: a:b\n\tsadb_seq=0 "
            ))
        var withPorts = format { $0.showPorts = true }
        #expect(
            text { withPorts.append(sa, isLast: true, to: &$0) }.hasPrefix("192.0.2.1[0][4500] 192.0.2.2[0][10000] \n"))
    }

    @Test func compressionEndsItsLine() throws {
        let sa = try #require(Parsed("add ::1 ::2 ipcomp 0x1000 -C deflate ;").association)
        var format = format()
        #expect(text { format.append(sa, isLast: true, to: &$0) }.contains("\n\tC: deflate \n\tseq="))
    }

    @Test func whatPFKeyCannotShowIsSaid() throws {
        var sa = try association()
        (sa.encryption, sa.integrity, sa.encryptionKey, sa.integrityKey) = (.none, .none, nil, nil)
        sa.isDegraded = true
        var format = format()
        #expect(
            text { format.append(sa, isLast: true, to: &$0) }.contains("\tE: none  <not expressible by PF_KEY>\n\tseq=")
        )
    }

    private func policy(_ text: String) throws -> SecurityPolicy {
        var policy = try #require(Parsed("spdadd \(text) ;").policy)
        policy.index = PolicyIndex(rawValue: 81)
        policy.current.addTime = now - 3
        policy.referenceCount = 2
        return policy
    }

    @Test func aPolicyHasTheLayoutOfIpsecTools() throws {
        let policy = try policy(
            "10.1.0.0/24 10.2.0.0/24 any -P out prio high + 10 ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique:7 "
                + "ah/transport//require")
        var format = format()
        let blanks = String(repeating: " ", count: 20)
        #expect(
            text { format.append(policy, isLast: false, to: &$0) } == """
                10.1.0.0/24[any] 10.2.0.0/24[any] 255
                \tout prio high + 10 ipsec
                \tesp/tunnel/192.0.2.1-192.0.2.2/unique:7
                \tah/transport//require
                \tcreated: Nov 23 14:15:37 2026  lastused: \(blanks)
                \tlifetime: 0(s) validtime: 0(s)
                \tspid=81 seq=1 pid=4711
                \trefcnt=2

                """)
    }

    @Test(arguments: [
        ("::1 ::2 icmp6 128,0 -P in none", "::1 ::2 ipv6-icmp 128,0\n\tin prio def none\n"),
        ("10.0.0.1 10.0.0.2 icmp -P in none", "10.0.0.1 10.0.0.2 icmp\n\tin prio def none\n"),
        ("10.0.0.1 10.0.0.2 gre 65538 -P in discard", "10.0.0.1 10.0.0.2 gre 65538\n\tin prio def discard\n"),
        (
            "10.0.0.1[5] 10.0.0.2 tcp -P fwd prio low - 1 none",
            "10.0.0.1[5] 10.0.0.2[any] tcp\n\tfwd prio low - 1 none\n"
        ),
        ("10.0.0.1 10.0.0.2 200 -P fwd prio 2147483648 none", "10.0.0.1[any] 10.0.0.2[any] 200\n\tfwd none\n"),
    ])
    func selectorsAndPrioritiesAreShownAsIpsecToolsDoes(_ written: String, _ shown: String) throws {
        let policy = try policy(written)
        var format = format()
        #expect(text { format.append(policy, isLast: true, to: &$0) }.hasPrefix(shown))
    }

    @Test func reqidsOfTheKernelHaveAnotherMarkAndPortsAreShownOnDemand() throws {
        var policy = try policy("::1 ::2 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require")
        guard case .protect(var transforms) = policy.action else { return #expect(Bool(false)) }
        transforms[0].level = .unique(ReqID(rawValue: 16384))
        policy.action = .protect(transforms)
        var format = format { $0.showPorts = true }
        #expect(
            text { format.append(policy, isLast: true, to: &$0) }
                .contains("\tesp/tunnel/192.0.2.1[0]-192.0.2.2[0]/unique#16384\n"))
    }

    @Test func perSocketPoliciesAreMarkedOrCounted() {
        let selector = Selector(source: prefix("::", 0), destination: prefix("::", 0))
        let identity = PolicyIdentity(direction: .socketInbound, selector: selector)
        let policy = SecurityPolicy(identity: identity, action: .bypass, priority: 0)
        var shown = format()
        #expect(
            text { shown.append(policy, isLast: true, to: &$0) }.hasPrefix("(per-socket policy) \n\tin(socket) none\n"))
        var hidden = format { $0.hidePerSocket = true }
        let output = text {
            hidden.append(policy, isLast: true, to: &$0)
            hidden.appendSummary(to: &$0)
        }
        #expect(output == "1 per-socket policies not shown (filtered by -N)\n")
    }
}

/// A dump is written as the inside of a JSON string whatever is in it: what another reader of JSON makes of it becomes the
/// same bytes again.
struct DumpFormatTravelTests {
    private static func format() -> DumpFormat {
        let options = DumpFormat.Options(showKeys: true, showPorts: true, hidePerSocket: true, processID: 4711)
        return DumpFormat(
            options: options, now: 1_795_443_340, protocolNames: ProtocolNames(parsing: Array("\"odd\\ 99".utf8)),
            interfaceName: "\"X\"")
    }

    /// All that `body` appends, as it is and as it travels.
    private static func texts(_ body: (inout DumpFormat, inout [UInt8]) -> Void) -> (plain: [UInt8], json: [UInt8]) {
        var format = format()
        var json: [UInt8] = []
        body(&format, &json)
        return (Array(dumpText(json).utf8), json)
    }

    private static func escaped(_ text: [UInt8]) -> [UInt8] {
        [UInt8](capacity: 6 * text.count) { $0.append(escapedForJSON: text.span) }
    }

    @Test func associations() throws {
        let key = "00112233445566778899aabbccddeeff"
        var associations: [SecurityAssociation] = []
        for (ends, ipsecProtocol, algorithms) in [
            ("192.0.2.1 192.0.2.2", "esp", "-E aes-cbc 0x\(key) -A hmac-sha1 0x\(key)00112233"),
            ("2001:db8::1 2001:db8:1:2:3:4:5:6", "ah", "-A hmac-sha256 0x\(key)\(key)"),
            ("192.0.2.1[4500] 192.0.2.2[4501]", "esp-udp", "-E null"),
            ("192.0.2.1 192.0.2.2", "ipcomp", "-C deflate"),
        ] {
            let statement = "add \(ends) \(ipsecProtocol) 4097 -ctx 1 1 \"a:b\" -lh 3600 \(algorithms) ;"
            associations.append(try #require(Parsed(statement).association))
        }
        var degraded = try #require(associations.first)
        degraded.isDegraded = true
        degraded.fields.setKeys(encryption: nil, integrity: nil)
        degraded.securityContext = SecurityContext(domain: 1, algorithm: 1, label: "say \"é\"\n\\\u{2}")
        degraded.originalAddress = IPAddress(ipv4: 1)
        degraded.limits = LifetimeLimits(soft: Self.endless, hard: Self.endless)
        degraded.current = Self.endless
        for association in associations + [degraded] {
            let (plain, json) = Self.texts { $0.append(association, isLast: false, to: &$1) }
            #expect(json == Self.escaped(plain))
        }
        let (plain, json) = Self.texts { $0.appendNoAssociations(to: &$1) }
        #expect(plain == Array("No SAD entries.\n".utf8) && json == Self.escaped(plain))
    }

    private static let endless = Lifetime(allocations: .max, bytes: .max, addTime: .max, useTime: .max)

    @Test func policies() throws {
        let transforms = String(repeating: "esp/tunnel/2001:db8::1-2001:db8::2/unique:16383 ", count: 6)
        var policies: [SecurityPolicy] = []
        for text in [
            "10.0.0.0/24 10.1.0.0/24[80] tcp -P out prio high + 3 ipsec ah/transport//require",
            "2001:db8::/33 2001:db8:1:2:3:4:5:6 99 -ctx 1 1 \"a:b\" -P in ipsec \(transforms)",
            "::/0 ::/0 icmp6 128,0 -P fwd discard",
        ] {
            policies.append(try #require(Parsed("spdadd \(text) ;").policy))
        }
        var labelled = try #require(policies.last)
        let identity = PolicyIdentity(direction: .socketInbound, selector: labelled.identity.selector)
        let socket = SecurityPolicy(identity: identity, action: .bypass)
        labelled.securityContext = SecurityContext(domain: 1, algorithm: 1, label: "\"\n\"")
        let (plain, json) = Self.texts {
            for policy in policies + [socket, labelled] { $0.append(policy, isLast: false, to: &$1) }
            $0.appendSummary(to: &$1)
        }
        #expect(json == Self.escaped(plain))
        #expect(String(decoding: plain, as: UTF8.self).contains("1 per-socket policies not shown"))
        #expect(String(decoding: plain, as: UTF8.self).contains("\"odd\\"))
    }
}
