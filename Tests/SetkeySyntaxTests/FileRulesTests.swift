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

    @Test(arguments: honest)
    func anHonestFileGivesNone(_ text: String) {
        #expect(remarks(text) == [])
    }

    @Test(arguments: mistaken)
    func aMistakeIsNamedOnceAtItsPlace(_ text: String, _ expected: String) {
        #expect(codes(text).joined(separator: " ") == expected, "\(remarks(text))")
    }

    /// A virtual link of OSPFv3 has one SPI and one key both ways; a counter mode must not.
    @Test func aKeyForBothWaysOfALinkIsANote() {
        func both(_ algorithms: String, _ spi: Int) -> [String] {
            remarks("add ::1 ::2 esp 300 \(algorithms) ;\nadd ::2 ::1 esp \(spi) \(algorithms) ;").map {
                String($0.prefix(10))
            }
        }
        let null = "-E null -A hmac-md5 \"abcdefghijklmnop\""
        #expect(both(null, 300) == ["2: note: t"])
        #expect(both(null, 301) == ["2: warning"])
        #expect(both("-E aes-ctr \"abcdefghijklmnopqrst\" -A hmac-md5 \"abcdefghijklmnop\"", 300) == ["2: warning"])
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
    func replacing(_ part: String, _ other: String) -> String {
        replacing(part, with: other)
    }
}
