import ControlProtocol
import IPsec
import SetkeySyntax
import Testing

@testable import SetkeyClient

/// In what two ends of tunnels differ.
@Suite struct EndComparisonTests {
    private static let associations = """
        add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E aes-cbc "0123456789abcdef" -A hmac-sha1 "0123456789abcdef0123" ;
        add 192.0.2.2 192.0.2.1 esp 0x1002 -m tunnel -E aes-cbc "fedcba9876543210" -A hmac-sha1 "3210fedcba9876543210" ;

        """
    static let here =
        associations + """
            spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ;
            spdadd 10.2.0.0/16 10.1.0.0/16 any -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/require ;
            spdadd 10.2.0.0/16 10.1.0.0/16 any -P fwd ipsec esp/tunnel/192.0.2.2-192.0.2.1/require ;
            """
    static let there =
        associations + """
            spdadd 10.2.0.0/16 10.1.0.0/16 any -P out ipsec esp/tunnel/192.0.2.2-192.0.2.1/require ;
            spdadd 10.1.0.0/16 10.2.0.0/16 any -P in ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ;
            """

    static func end(_ text: String, name: String = "there", hasDigests: Bool = true) throws -> ComparedEnd {
        var end = ComparedEnd(name: name)
        var parser = Parser(Array(text.utf8), options: ParserOptions(traits: .xfrm))
        let digest = KeyDigest(nonce: [UInt8](repeating: 7, count: 16))
        for kind in parser.rest().map(\.kind) {
            switch kind {
            case .add(let association):
                end.associations.append(
                    AssociationRecord(association, showKeys: false, digest: hasDigests ? digest : nil))
            case .addPolicy(let policy): end.policies.append(policy)
            default: Issue.record("\(text)")
            }
        }
        #expect(parser.diagnostics.isEmpty, "\(parser.diagnostics)")
        return end
    }

    private func comparison(_ there: String, here: String = here) throws -> EndComparison {
        EndComparison(here: try Self.end(here, name: "here"), there: try Self.end(there))
    }

    /// `field: here / there` of each difference.
    private func texts(_ comparison: EndComparison) -> [String] {
        comparison.differences.map { "\($0.field.rawValue): \($0.here ?? "-") / \($0.there ?? "-")" }
    }

    @Test func endsThatAreMirrorImagesDoNotDiffer() throws {
        let comparison = try comparison(Self.there)
        #expect(comparison.differences.isEmpty, "\(comparison.differences)")
        #expect(comparison.associations == 2 && comparison.policies == 2 && comparison.keys == 4)
        #expect(comparison.unknownKeys == 0 && comparison.othersHere == 0 && comparison.othersThere == 0)
    }

    /// What is written otherwise there, the first time that it stands there, and what is found.
    @Test(
        arguments: [
            (#""0123456789abcdef" -A"#, #""0123456789abcdeF" -A"#, ["encryptionKey: - / -"]),
            (#""0123456789abcdef0123""#, #""0123456789abcdef0124""#, ["integrityKey: - / -"]),
            ("-E aes-cbc", "-E camellia-cbc", ["encryption: aes-cbc / camellia-cbc"]),
            (#"-A hmac-sha1 "0123456789abcdef0123""#, "", ["integrity: hmac-sha1 / none"]),
            ("-A hmac-sha1", "-icv 128 -A hmac-sha1", ["icv: 96 bits / 128 bits"]),
            ("-m tunnel", "-m transport", ["mode: tunnel / transport"]),
            ("-m tunnel", "-m tunnel -r 64", ["window: 32 / 64"]),
            ("-m tunnel", "-m tunnel -esn", ["extendedSequence: 32 bits / 64 bits"]),
            (
                "-m tunnel", "-m tunnel -lh 3600 -ls 3000 -bh 5",
                [
                    "soft: none / 3000 s", "hard: none / 3600 s, 5 bytes",
                ]
            ),
            ("add 192.0.2.1 ", "add 192.0.2.9 ", ["source: 192.0.2.1 / 192.0.2.9"]),
            ("0x1001", "0x1003", ["presence: present / missing", "presence: missing / present"]),
            (
                "192.0.2.1/require", "192.0.2.1/unique:7",
                [
                    "reqid: 0, as a policy wants it / 0, which no policy takes"
                ]
            ),
            ("192.0.2.2/require", "192.0.2.2/use", ["level: require / use"]),
            (
                "spdadd 10.2.0.0/16", "spdadd 10.2.0.0/24",
                [
                    "presence: present / missing", "presence: missing / present",
                ]
            ),
            ("spdadd 10.2.0.0/16", "spdadd 10.2.3.4/16", []),
            ("-P out ipsec esp/tunnel/192.0.2.2-192.0.2.1/require", "-P out discard", ["action: ipsec / discard"]),
            (
                "esp/tunnel/192.0.2.2-192.0.2.1/", "ah/tunnel/192.0.2.2-192.0.2.1/",
                [
                    "transforms: esp/tunnel/192.0.2.2-192.0.2.1 / ah/tunnel/192.0.2.2-192.0.2.1"
                ]
            ),
            ("any -P in", "any -P out", ["presence: present / missing"]),
        ] as [(String, String, [String])]) func eachDifferenceIsFound(
            written: String, instead: String, found: [String]
        ) throws
    {
        var text = Self.there
        text.replaceSubrange(try #require(text.firstRange(of: written)), with: instead)
        let differences = texts(try comparison(text))
        #expect(found.isEmpty ? differences.isEmpty : differences.prefix(found.count) == found[...], "\(differences)")
    }

    /// Reqids, marks and interface ids are each machine's own matter.
    @Test func numbersOfEachMachineNeedNotBeTheSame() throws {
        let ours = Self.here.replacing("-m tunnel", with: "-m tunnel -u 7 -if_id 3").replacing(
            "/require", with: "/unique:7"
        )
        .replacing("any -P", with: "any -if_id 3 -P")
        let theirs = Self.there.replacing("-m tunnel", with: "-m tunnel -u 9 -mark 0x1").replacing(
            "/require", with: "/unique:9"
        ).replacing("any -P", with: "any -mark 0x1 -P")
        let comparison = try comparison(theirs, here: ours)
        #expect(comparison.differences.isEmpty, "\(comparison.differences)")
        #expect(comparison.keys == 4)
    }

    @Test func whatIsOfOtherTunnelsIsCountedAndNotCompared() throws {
        let more = """
            add 192.0.2.1 192.0.2.3 esp 0x2001 -m tunnel -E null ;
            spdadd 10.1.0.0/16 10.3.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.3/require ;
            spdadd 10.9.0.0/16 10.3.0.0/16 any -P out none ;
            """
        let mesh = "\nadd 192.0.2.2 192.0.2.3 esp 0x3001 -m tunnel -E null ;\n"
        let comparison = try comparison(Self.there + mesh, here: Self.here + "\n" + more)
        #expect(comparison.differences.isEmpty, "\(comparison.differences)")
        #expect(comparison.othersHere == 3 && comparison.othersThere == 1)
    }

    @Test func anEndThatHasNothingLacksEverything() throws {
        let comparison = try comparison("")
        #expect(texts(comparison) == [String](repeating: "presence: present / missing", count: 4))
        #expect(try self.comparison("", here: "").differences.isEmpty)
    }

    /// Addresses that were mistyped at one end must not look like two ends that agree.
    @Test func endsWithoutAnythingInCommonDiffer() throws {
        let theirs = Self.there.replacing("192.0.2.", with: "203.0.113.").replacing(" 10.", with: " 172.")
        let comparison = try comparison(theirs)
        #expect(texts(comparison) == ["presence: 4, none for the other end / 4, none for this end"])
    }

    @Test func anEndThatIsTheSameOneHasNoPolicyForIt() throws {
        let itself = try comparison(Self.here)
        #expect(itself.associations > 0 && itself.policies == 0)
        #expect(texts(itself).contains { $0.contains("none for the other end") })
    }

    @Test func groupsConcernBothEnds() throws {
        let group = "add fe80::1 ff02::5 ah 0x500 -r 0 -A hmac-sha1 \"0123456789abcdef0123\" ;\n"
        let comparison = try comparison(Self.there, here: Self.here + "\n" + group)
        #expect(texts(comparison) == ["presence: present / missing"])
        #expect(comparison.differences[0].entry == "ah fe80::1 ff02::5 spi 0x00000500")
    }

    @Test func keysThatOneEndDoesNotTellAreNotCompared() throws {
        let ours = try Self.end(Self.here, name: "here", hasDigests: false)
        let theirs = try Self.end(Self.there.replacing("0123456789abcdef\"", with: "0123456789abcdeF\""))
        let comparison = EndComparison(here: ours, there: theirs)
        #expect(comparison.differences.isEmpty && comparison.keys == 0 && comparison.unknownKeys == 4)
        #expect(ComparisonText.text(comparison).contains("not compared: 4 keys, not known at one of the ends\n"))
    }

    /// PF_KEY calls both hmac-sha256, and tells neither windows over 32 nor extended sequence numbers.
    @Test func whatPFKeyDoesNotTellIsNotCompared() throws {
        let key = "0123456789abcdef0123456789abcdef"
        let long = Self.associations.split(separator: "\n").map { line in
            let start = line.firstRange(of: "-A")?.lowerBound ?? line.endIndex
            return "\(line[..<start])-A hmac-sha256 \"\(key)\" ;\n"
        }.joined()
        var ours = try Self.end(long, name: "here")
        let wide = long.replacing("-m tunnel", with: "-m tunnel -r 64 -esn").replacing("sha256", with: "sha256-128")
        let theirs = try Self.end(wide)
        #expect(texts(EndComparison(here: ours, there: theirs)).count == 6)
        ours.tellsAll = false
        let comparison = EndComparison(here: ours, there: theirs)
        #expect(comparison.differences.isEmpty && comparison.keys == 4, "\(texts(comparison))")
        #expect(ComparisonText.text(comparison).contains("which here reads by PF_KEY"))
    }

    /// It is the window of the end that receives that counts, and the other one has none.
    @Test func theWindowOfWhatOnlySendsIsNotCompared() throws {
        func directed(_ text: String, _ first: String, _ second: String) -> String {
            text.replacing("0x1001 -m tunnel", with: "0x1001 -m tunnel -dir \(first)")
                .replacing("0x1002 -m tunnel", with: "0x1002 -m tunnel -dir \(second)")
        }
        let ours = directed(Self.here, "out", "in")
        #expect(texts(try comparison(directed(Self.there, "in", "out"), here: ours)) == [])
        // Only one of the ends may say it.
        #expect(texts(try comparison(Self.there, here: ours)) == [])
        #expect(texts(try comparison(directed(Self.there, "in", "out"))) == [])
        // What receives has one.
        let wide = Self.there.replacing("-m tunnel", with: "-m tunnel -r 64")
        #expect(texts(try comparison(wide, here: ours)) == ["window: 32 / 64"])
    }

    /// Linux does not keep apart whether `-A null` was said.
    @Test func noIntegrityIsTheSameSaidOrNot() throws {
        let check = #/-A hmac-sha1 "[^"]*"/#
        let (silent, null) = (Self.here.replacing(check, with: ""), Self.here.replacing(check, with: "-A null"))
        let there = (Self.there.replacing(check, with: ""), Self.there.replacing(check, with: "-A null"))
        for (ours, theirs) in [(silent, there.1), (null, there.0), (null, there.1)] {
            let comparison = try comparison(theirs, here: ours)
            #expect(texts(comparison) == [])
            #expect(comparison.keys == 2 && comparison.unknownKeys == 0)
        }
        let found = texts(try comparison(there.1))
        #expect(found.count { $0 == "integrity: hmac-sha1 / none" } == 2, "\(found)")
    }

    @Test func reservedSPIsAreNothingYet() throws {
        var theirs = try Self.end(Self.there)
        theirs.associations[0].state = .known(.larval)
        let comparison = EndComparison(here: try Self.end(Self.here, name: "here"), there: theirs)
        #expect(texts(comparison) == ["presence: present / missing"])
    }

    // MARK: Text

    @Test func theTableHasALineForEachDifferenceBelowItsEntry() throws {
        let comparison = try comparison(Self.there.replacing("-m tunnel", with: "-m tunnel -r 64 -lh 60"))
        #expect(
            ComparisonText.text(comparison) == """
                                 here  there
                esp 192.0.2.2 192.0.2.1 spi 0x00001002
                  replay window  32    64
                  hard lifetime  none  60 s
                esp 192.0.2.1 192.0.2.2 spi 0x00001001
                  replay window  32    64
                  hard lifetime  none  60 s
                compared: 2 SAs, 2 policies and 4 keys: 4 differences

                """, "\(ComparisonText.text(comparison))")
    }

    /// What another machine sends is not for a terminal to obey.
    @Test func textOfAnotherMachineIsShownAsCharacters() throws {
        var theirs = try Self.end(Self.there, name: "there\u{1b}[2J")
        theirs.associations[0].encryption = "aes\u{1b}]0;x\u{7}\u{202e}\n" + String(repeating: "x", count: 1000)
        theirs.associations[1].mode = .unknown("\u{9b}31m")
        let text = ComparisonText.text(EndComparison(here: try Self.end(Self.here, name: "here"), there: theirs))
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || (" "..."~").contains($0) }, "\(text)")
        #expect(text.split(separator: "\n").allSatisfy { $0.count < 160 })
    }

    @Test(arguments: [
        ("gw2", CompareTarget.host("gw2")), ("root@fe80::1", .host("root@fe80::1")),
        ("unix:/run/a.sock", .socket("/run/a.sock")), ("./gw2", .file("./gw2")), ("gw2.conf", .file("gw2.conf")),
    ]) func aWordIsAHostASocketOrAFile(word: String, target: CompareTarget) throws {
        #expect(try CompareTarget(word) == target)
    }

    /// The host is an argument of its own, behind what ends the options of ssh.
    @Test func theHostIsAnArgumentOfItsOwn() throws {
        let plain = try CompareOptions("gw2;id", ssh: nil)
        #expect(plain.command(for: "gw2;id") == ["ssh", "--", "gw2;id", "setkey", "--serve-stdio"])
        let other = try CompareOptions("gw2", ssh: "ssh -p 2222")
        #expect(
            other.command(for: "gw2") == [
                "/bin/sh", "-c", "ssh -p 2222 \"$@\"", "sh", "gw2", "setkey", "--serve-stdio",
            ])
    }
}
