import IPsec
import SetkeySyntax
import Testing

/// The rules about files that are legal and wrong.
struct FileRulesTests {
    /// The remarks on a text: `LINE: severity: message; advice [code]`.
    private func remarks(_ text: String, expectsForward: Bool = true) -> [String] {
        let source = SourceText(name: "t", bytes: Array(text.utf8))
        var parser = Parser(source)
        var evaluation = DesiredState.Evaluation()
        while let statement = parser.next() {
            evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
        }
        #expect(parser.diagnostics.isEmpty && evaluation.errorCount == 0)
        return FileRules.remarks(on: evaluation.finish(), expectsForward: expectsForward).map { remark in
            var output: [UInt8] = []
            source.appendHeadline(remark.diagnostic, to: &output)
            let fields = String(decoding: output, as: UTF8.self).split(separator: ":", maxSplits: 3)
            return "\(fields[1]):\(fields[3])"
        }
    }

    /// `LINE: code` of each remark.
    private func codes(_ text: String) -> [String] {
        remarks(text).map { remark in
            "\(remark.prefix { $0 != ":" }) \(remark.split(separator: "[").last?.dropLast() ?? "")"
        }
    }

    /// The state that a text declares which may say what only XFRM can.
    private func state(_ text: String) -> DesiredState {
        var parser = Parser(SourceText(name: "t", bytes: Array(text.utf8)), options: ParserOptions(traits: .xfrm))
        var evaluation = DesiredState.Evaluation()
        while let statement = parser.next() {
            evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
        }
        #expect(parser.diagnostics.allSatisfy { $0.severity != .error } && evaluation.errorCount == 0)
        return evaluation.finish()
    }

    private func notes(_ text: String) -> [String] {
        FileRules.notes(on: state(text)).map { "\($0.diagnostic.severity) \($0.diagnostic.message)" }
    }

    private func messages(_ text: String) -> [String] {
        FileRules.remarks(on: state(text)).map { $0.diagnostic.message }
    }

    /// Said of what counts its nonces, once of a file.
    @Test func noncesThatComeAgainAreWarnedOfOnce() {
        func warnings(_ text: String) -> [String] { notes(text).filter { $0.hasPrefix("warning") } }
        let key = String(repeating: "07", count: 20)
        let gcm = "add ::1 ::2 esp 300 -esn -E aes-gcm-16 0x\(key) ;"
        let counter = "add ::1 ::2 esp 301 -esn -E aes-ctr 0x\(key) -A hmac-sha1 0x\(key) ;"
        let warning =
            "warning after a reboot this SA numbers its packets from 1 again, and repeats nonces under its key"
        #expect(warnings(gcm) == [warning] && warnings(counter) == [warning])
        #expect(warnings(gcm + counter) == ["\(warning), and so does 1 other of this file"])
        #expect(warnings("add ::1 ::2 esp 300 -E null -A hmac-sha1 0x\(key) ;").isEmpty)
    }

    @Test func aTunnelForTheOtherFamilyIsWarnedOf() {
        let policy = "spdadd 2001:db8:1::/48 2001:db8:2::/48 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ;"
        func warnings(_ words: String, _ policy: String) -> [String] {
            messages("add 192.0.2.1 192.0.2.2 esp 300 -m tunnel \(words) -E null ; \(policy)").filter {
                $0.contains("serves")
            }
        }
        #expect(
            warnings("", policy) == [
                "a policy sends IPv6 packets through this tunnel, and the SA serves IPv4 packets alone"
            ])
        #expect(warnings("-f af-unspec", policy).isEmpty)
        #expect(warnings("-sel ::/0 ::/0 any", policy).isEmpty)
        let own = "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ;"
        #expect(warnings("", own).isEmpty)
    }

    @Test func aGroupsSAWithOneDirectionIsWarnedOf() {
        func warnings(_ pair: String, _ words: String) -> [String] {
            messages("add \(pair) esp 300 -r 0 \(words) -E null ;").filter { $0.contains("-dir") }
        }
        #expect(
            warnings("fe80::1 ff02::5", "-dir out") == [
                "an SA of a group is used both ways, and with -dir out nothing is received through it"
            ])
        #expect(warnings("fe80::1 ff02::5", "").isEmpty)
        #expect(warnings("fe80::1 fe80::2", "-dir out").isEmpty)
    }

    /// Once of a file, and of those alone that stop without a word.
    @Test func theEndOfTheSequenceNumbersIsNotedOnce() {
        let plain = "add ::1 ::2 esp 300 -E null ;"
        #expect(
            notes(plain) == [
                "note this SA stops for good after 4294967295 packets, the last of its sequence numbers"
            ])
        #expect(
            notes(plain + "add ::1 ::2 esp 301 -E null ;").first?.hasSuffix("; 2 SAs of this file do") == true)
        let endless =
            "add ::1 ::2 esp 300 -esn -r 64 -E null ; add ::1 ::2 esp 301 -ph 4000000000 -E null ;"
            + "add ::1 ::2 esp 302 -f oseq-may-wrap -r 0 -E null ; add ::1 ::2 ipcomp 303 -C deflate ;"
        #expect(notes(endless).isEmpty && notes("spdflush ;").isEmpty)
    }

    /// Once of a file, and of those alone that may be fast and may receive.
    @Test func aNarrowWindowIsNotedOnce() {
        let key = String(repeating: "07", count: 20)
        func notes(_ words: String, _ address: String = "::2", second: String = "") -> [String] {
            self.notes("add ::1 \(address) esp 300 \(words) -E aes-gcm-16 0x\(key) ; \(second)")
                .filter { $0.contains("window") || $0.contains("overtake") }
        }
        let note = "note this SA drops what 32 packets overtake, as they may on a fast link or with several processors"
        #expect(notes("") == [note] && notes("-r 32 -esn") == [note])
        #expect(notes("", second: "add ::1 ::2 esp 301 -esn -E null ;") == ["\(note); 2 SAs of this file are alike"])
        #expect(notes("-r 0") == ["note this SA has no replay window: whoever repeats its packets is not noticed"])
        #expect(notes("-r 33").isEmpty && notes("-dir out").isEmpty && notes("-r 0", "ff02::5").isEmpty)
    }

    private static let gateway = """
        add 192.0.2.1 198.51.100.1 esp 0x2001 -m tunnel -u 7 -A hmac-md5 "abcdefghijklmnop" ;
        add 198.51.100.1 192.0.2.1 esp 0x2002 -m tunnel -u 7 -A hmac-md5 "bcdefghijklmnopq" ;
        spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-198.51.100.1/unique:7 ;
        spdadd 10.2.0.0/16 10.1.0.0/16 any -P in ipsec esp/tunnel/198.51.100.1-192.0.2.1/unique:7 ;
        spdadd 10.2.0.0/16 10.1.0.0/16 any -P fwd ipsec esp/tunnel/198.51.100.1-192.0.2.1/unique:7 ;

        """

    /// Files as careful people write them.
    static let honest: [String] = [
        "", "flush ; spdflush ;", "spdadd ::/0 ::/0 any -P out discard ;", gateway,
        // New keys beside the old ones.
        gateway + "add 198.51.100.1 192.0.2.1 esp 0x2102 -m tunnel -u 7 -A hmac-md5 \"cdefghijklmnopqr\" ;",
        // A part of a file: the policies are elsewhere.
        "add ::1 ::2 esp 300 -E null ;",
        // Two hosts; `require` inbound takes any reqid.
        """
        add ::1 ::2 esp 300 -E null ; add ::2 ::1 esp 301 -u 9 -E null ;
        spdadd ::1 ::2 any -P out ipsec esp/transport//require ;
        spdadd ::2 ::1 any -P in ipsec esp/transport//require ;
        """,
        // A bundle: the outer transform sees the tunnel's header.
        """
        add ::1 ::2 esp 300 -m tunnel -E null ; add ::1 ::2 ah 301 -A hmac-md5 "abcdefghijklmnop" ;
        spdadd fc00::1[23] fc00::2 any -P out ipsec esp/tunnel/::1-::2/require ah/transport//require ;
        """,
        // OSPFv3: one key for a group, from any source.
        """
        add :: ff02::5 esp 300 -u 1 -r 0 -A hmac-md5 "abcdefghijklmnop" ;
        add :: fe80::1 esp 300 -u 1 -r 0 -A hmac-md5 "abcdefghijklmnop" ;
        add :: fe80::2 esp 300 -u 1 -r 0 -A hmac-md5 "abcdefghijklmnop" ;
        spdadd fe80::/10 ff02::5 89 -P out ipsec esp/transport//unique:1 ;
        spdadd fe80::/10 fe80::/10 89 -P out ipsec esp/transport//unique:1 ;
        spdadd fe80::/10 ff02::5 89 -P in ipsec esp/transport//require ;
        spdadd fe80::/10 fe80::/10 89 -P in ipsec esp/transport//require ;
        """,
        // A hub between two spokes: mirrored selectors, both out, to two peers.
        """
        add ::1 ::2 esp 300 -m tunnel -E null ; add ::1 ::3 esp 301 -m tunnel -E null ;
        spdadd fc02::/16 fc03::/16 any -P out ipsec esp/tunnel/::1-::3/require ;
        spdadd fc03::/16 fc02::/16 any -P out ipsec esp/tunnel/::1-::2/require ;
        """,
        // An exception with a priority of its own, another protocol, another port.
        """
        spdadd 0.0.0.0/0 0.0.0.0/0[23] tcp -P out discard ;
        spdadd 0.0.0.0/0 192.0.2.9[23] tcp -P out prio high none ;
        spdadd 0.0.0.0/0 192.0.2.9 udp -P out none ;
        spdadd 0.0.0.0/0 192.0.2.9[25] tcp -P out none ;
        spdadd 0.0.0.0/0 192.0.2.9[23] tcp -P in none ;
        """,
        // What may do without an SA.
        "add ::1 ::2 esp 300 -E null ; spdadd ::/0 ::/0 any -P out ipsec ipcomp/transport//use esp/transport//require ;",
    ]

    @Test(arguments: honest)
    func anHonestFileGivesNone(_ text: String) {
        #expect(remarks(text) == [])
    }

    /// Files with one mistake each, and the line and the code of what is said of it.
    static let mistaken: [(String, String)] = [
        // The wrong reqid, mode, protocol, direction, address; nothing at all.
        (gateway.replacing("-u 7 -A hmac-md5 \"a", "-A hmac-md5 \"a"), "3 no-sa-for-policy"),
        (gateway.replacing("0x2001 -m tunnel", "0x2001"), "3 no-sa-for-policy"),
        (gateway.replacing("esp 0x2002", "ah 0x2002"), "4 no-sa-for-policy"),
        (
            "add ::1 ::2 esp 300 -E null ; spdadd ::2 ::1 any -P in ipsec esp/transport//require ;",
            "1 no-sa-for-policy 1 no-policy-for-sa"
        ),
        (
            gateway.replacing("add 192.0.2.1 198.51.100.1", "add 192.0.2.9 198.51.100.1"),
            "3 no-sa-for-policy 1 no-policy-for-sa"
        ),
        (
            "spdadd ::1 ::2 any -P out ipsec esp/transport//unique ;\nadd ::1 ::2 esp 300 -E null ;",
            "1 no-sa-for-policy"
        ),
        ("spdadd ::1 ::2 any -P out ipsec esp/transport//unique:5 ;", "1 no-sa-for-policy"),
        (
            gateway + "add 192.0.2.1 198.51.100.1 ah 300 -m tunnel -u 7 -A hmac-md5 \"cdefghijklmnopqr\" ;",
            "6 no-policy-for-sa"
        ),
        (
            gateway.replacing("10.2.0.0/16 10.1.0.0/16 any -P fwd", "10.3.0.0/16 10.4.0.0/16 any -P fwd"),
            "4 tunnel-without-fwd"
        ),
        (
            "spdadd ::1 ::2 any -P out ipsec esp/transport//use ;\n"
                + "spdadd ::2 ::1 any -P out ipsec esp/transport//use ;",
            "2 same-direction-twice"
        ),
        (
            "spdadd ::1 ::2 tcp -P in ipsec esp/tunnel/::8-::9/use ;\n"
                + "spdadd ::2 ::1 6 -P in ipsec esp/tunnel/::9-::8/use ;",
            "1 tunnel-without-fwd 2 tunnel-without-fwd 2 same-direction-twice"
        ),
        ("spdadd ::/0 ::/0 any -P out discard ;\nspdadd ::1 ::2 udp -P out none ;", "2 overlapping-policies"),
        ("spdadd ::1 ::2 udp -P out none ;\nspdadd ::/0 ::/0 any -P out discard ;", "1 overlapping-policies"),
        // Each is the wider one in something.
        (
            "spdadd 10.0.0.0/8 10.1.0.0/16 any -P fwd none ;\nspdadd 10.2.0.0/16 10.0.0.0/8 any -P fwd discard ;",
            "2 overlapping-policies"
        ),
        ("spdadd ::1[5] ::/0 tcp -P out none ;\nspdadd ::/0 ::2[6] tcp -P out discard ;", "2 overlapping-policies"),
        (
            "spdadd 10.7.1.2/16 10.0.0.1 any -P out none ;\nspdadd 10.7.0.0/16 10.0.0.1 any -P out discard ;",
            "2 overlapping-policies"
        ),
        ("add 10.0.11.41 10.0.11.33 esp 123457 -m tunnel -E des-cbc \"ESP SA!!\" ;", "1 published-key"),
        ("add ::1 ::2 esp 300 -E aes-cbc 000102030405060708090a0b0c0d0e0f ;", "1 published-key"),
        (
            "add ::1 ::2 ah 300 -A hmac-md5 \"abcdefghijklmnop\" ;\n"
                + "add ::2 ::1 esp 301 -E aes-cbc \"abcdefghijklmnop\" ;",
            "2 shared-key"
        ),
    ]

    @Test(arguments: mistaken)
    func aMistakeIsNamedOnceAtItsPlace(_ text: String, _ expected: String) {
        #expect(codes(text).joined(separator: " ") == expected, "\(remarks(text))")
    }

    @Test func theNearestSAIsNamedWithWhatIsWrongWithIt() {
        let number = remarks(Self.gateway.replacing("-u 7 -A hmac-md5 \"a", "-A hmac-md5 \"a"))
        #expect(
            number == [
                "3: warning: no SA of this file fits esp/tunnel/192.0.2.1-198.51.100.1/unique:7: "
                    + "esp 198.51.100.1 spi 0x2001 has reqid 0, not 7; write -u 7 in the SA [no-sa-for-policy]"
            ])
        let mode = remarks(Self.gateway.replacing("0x2001 -m tunnel", "0x2001"))
        #expect(mode.first?.contains("is for transport mode, not for tunnel mode; write -m tunnel in the SA") == true)
        let outbound = remarks(
            "add ::1 ::2 esp 300 -u 4 -E null ; spdadd ::1 ::2 any -P out ipsec esp/transport//require ;")
        #expect(outbound.first?.contains("has reqid 4, not 0; write unique:4 here, or remove -u") == true)
    }

    @Test func aFileWithoutSAsIsNotedAndNotWarnedOf() {
        let racoon = "spdadd ::1 ::2 any -P out ipsec esp/transport//require ;\n"
        #expect(remarks(racoon + racoon.replacing("::2", "::3")).map { $0.prefix(8) } == ["1: note:"])
    }

    @Test func manyRemarksAreCounted() {
        let policies = (1...1000).map { "spdadd ::\($0) ::2 any -P out ipsec esp/transport//require ;\n" }
        let found = remarks("add ::5 ::6 ah 300 -A hmac-md5 \"abcdefghijklmnop\" ;\n" + policies.joined())
        #expect(found.count < 30 && found.contains { $0.hasPrefix("22: note:") }, "\(found)")
    }

    @Test func rfcSemanticsAddTheForwardPolicy() {
        let text = "spdadd ::1 ::2 any -P in ipsec esp/tunnel/::8-::9/use ;"
        #expect(codes(text) == ["1 tunnel-without-fwd"])
        #expect(remarks(text, expectsForward: false) == [])
    }

    @Test func noRuleNamesAKey() {
        let text = """
            add ::1 ::2 ah 300 -A hmac-md5 "kTopSecretSecret" ; add ::2 ::1 ah 301 -A hmac-md5 "kTopSecretSecret" ;
            spdadd ::1 ::2 any -P out ipsec ah/tunnel/::8-::9/unique ;
            """
        #expect(!remarks(text).isEmpty && !remarks(text).joined().contains("Secret"))
    }

    @Test func timeGrowsWithTheFileAlone() {
        func time(_ count: Int) -> Duration {
            let text = (0..<count).map { index in
                let (one, other) = ("::1:\(index / 250 + 1)", "::2:\(index % 250 + 1)")
                return """
                    add \(one) \(other) esp \(256 + index) -m tunnel -u \(index % 9) -E null ;
                    spdadd \(one)/112 \(other) any -P out ipsec esp/tunnel/\(one)-\(other)/unique:\(index % 7 + 1) ;
                    spdadd ::/0 \(other)[\(index % 60000 + 1)] tcp -P out none ;

                    """
            }
            var evaluation = DesiredState.Evaluation()
            for kind in Parsed(text.joined()).kinds {
                evaluation.add(kind, at: StatementOrigin(source: 0, range: 0..<1))
            }
            let state = evaluation.finish()
            return processorTime { #expect(!FileRules.remarks(on: state).isEmpty) }
        }
        let small = (0..<3).map { _ in time(500) }.min() ?? .zero
        let large = (0..<3).map { _ in time(8000) }.min() ?? .zero
        #expect(large < small * 16 * 6 + .milliseconds(50))
    }
}

extension String {
    /// With each `part` exchanged for `other`.
    fileprivate func replacing(_ part: String, _ other: String) -> String {
        replacing(part, with: other)
    }
}
