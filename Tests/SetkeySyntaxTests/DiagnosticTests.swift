import IPsec
import SetkeySyntax
import Testing

struct DiagnosticTests {
    /// One error each: the text, its column on line 1, and a part of the message.
    static let faults: [(String, Int, String)] = [
        ("spdad ::1 ::2 any -P in none ;", 1, "did you mean 'spdadd'?"),
        ("ADD ::1 ::2 esp 256 -E null ;", 1, "did you mean 'add'?"),
        ("frobnicate ;", 1, "does not begin a statement"),
        ("add gw.example.org ::2 esp 256 -E null ;", 5, "must be numeric, not a host name"),
        ("add 192.0.2.256 ::2 esp 256 -E null ;", 5, "not an IPv4 or IPv6 address"),
        ("add fe80::1%eth0 ::2 esp 256 -E null ;", 12, "XFRM"),
        ("add 10.0.0.0/8 10.0.0.1 esp 256 -E null ;", 13, "addresses, not prefixes"),
        ("add 10.0.0.1 ::2 esp 256 -E null ;", 14, "different address families"),
        ("add ::1 ::2 tcp 256 -A null ;", 13, "TCP signatures"),
        ("add ::1 ::2 esp-old 256 -E null ;", 13, "RFC 1827"),
        ("add ::1 ::2 ah-old 256 -A null ;", 13, "RFC 1826"),
        ("add ::1 ::2 sctp 256 -E null ;", 13, "a protocol is expected"),
        ("add ::1 ::2 esp 255 -E null ;", 17, "reserved"),
        ("add ::1 ::2 esp 0 -E null ;", 17, "reserved"),
        ("add ::1 ::2 esp 4294967296 -E null ;", 17, "too big"),
        ("add ::1 ::2 esp 0x100000000 -E null ;", 17, "too big"),
        ("add ::1 ::2 esp 0x -E null ;", 17, "no digits"),
        ("add ::1 ::2 ipcomp 65536 -C deflate ;", 20, "too big"),
        ("add ::1 ::2 esp 256 ;", 20, "algorithm of the SA is missing"),
        ("add ::1 ::2 esp 256 -m beet -E null ;", 24, "a mode is expected"),
        ("add ::1 ::2 esp 256 -r 33 -E null ;", 24, "more than 32"),
        ("add ::1 ::2 esp 256 -r 256 -E null ;", 24, "more than 32"),
        ("add ::1 ::2 esp 256 -u 0x10 -E null ;", 24, "decimal"),
        ("add ::1 ::2 esp 256 -u 4294967296 -E null ;", 24, "too big"),
        ("add ::1 ::2 esp 256 -lh 1h -E null ;", 25, "decimal"),
        ("add ::1 ::2 esp 256 -lh 18446744073709551616 -E null ;", 25, "too big"),
        ("add ::1 ::2 esp 256 -lh 10 -ls 11 -E null ;", 28, "soft lifetime is longer"),
        ("add ::1 ::2 esp 256 -f odd -E null ;", 24, "a flag is expected"),
        ("add ::1 ::2 esp 256 -esn -E null ;", 21, "XFRM"),
        ("add ::1 ::2 esp 256 -hwif eth0 -E null ;", 21, "XFRM"),
        ("add ::1 ::2 ah 256 -natt ::1 ::2 -A hmac-md5 0x00112233445566778899aabbccddeeff ;", 20, "in UDP"),
        ("add ::1 ::2 esp 256 -ps 5 -ph 4 -E null ;", 27, "soft lifetime is longer"),
        ("add ::1 ::2 esp 256 -us 5 -uh 4 -E null ;", 27, "soft lifetime is longer"),
        ("add ::1 ::2 esp 256 -E null 0x00 ;", 29, "null takes no key"),
        ("add ::1 ::2 esp 256 -E aes-cbc ;", 32, "key of aes-cbc is missing"),
        ("add ::1 ::2 esp 256 -E aes-cbc -A null ;", 32, "key of aes-cbc is expected"),
        ("add ::1 ::2 esp 256 -E aes-cbc 0x123 ;", 32, "odd number"),
        ("add ::1 ::2 esp 256 -E aes-cbc 0x ;", 32, "without digits"),
        ("add ::1 ::2 esp 256 -E aes-cbc 0x0g ;", 32, "in double quotes or of hexadecimal"),
        ("add ::1 ::2 esp 256 -E aes-cbc \"\" ;", 32, "this one has 0 bits (0 bytes)"),
        ("add ::1 ::2 esp 256 -E aes-cbc 0x00 ;", 32, "this one has 8 bits (1 byte)"),
        (
            "add ::1 ::2 esp 256 -E aes-cbc 0x\(String(repeating: "00", count: 18)) ;", 32,
            "128, 192 or 256 bits (16, 24 or 32 bytes); this one has 144 bits (18 bytes)"
        ),
        ("add ::1 ::2 esp 256 -E cast128-cbc 0x00 ;", 36, "40 to 128 bits (5 to 16 bytes)"),
        ("add ::1 ::2 esp 256 -E aes-cbc \"unfinished ;", 32, "quote is not closed"),
        ("add ::1 ::2 esp 256 -E aes-cbc @../x ;", 32, "cannot be the name of a credential"),
        ("add ::1 ::2 esp 256 -E aes-cbc @x ;", 32, "no credential directory"),
        ("add ::1 ::2 esp 256 -E null -E null ;", 29, "a second algorithm"),
        ("add ::1 ::2 esp 256 -E hmac-md5 ;", 24, "hmac-md5 is no encryption algorithm"),
        ("add ::1 ::2 esp 256 -C deflate ;", 21, "esp takes no compression"),
        ("add ::1 ::2 ah 256 -E null ;", 20, "ah takes no encryption"),
        ("add ::1 ::2 ah 256 -A null ;", 20, "AH needs an authentication"),
        ("add ::1 ::2 ipcomp 256 -A null ;", 24, "ipcomp takes no authentication"),
        ("add ::1 ::2 esp 256 -E null nonsense ;", 29, "is expected here"),
        ("getspi ::1 ::2 esp 0 -E null ;", 22, "an extension or ';' is expected"),
        ("flush sctp ;", 7, "a protocol is expected"),
        ("flush esp ah ;", 11, "';' is expected"),
        ("flush", 6, "';' is missing"),
        ("spdadd ::/129 ::2 any -P in none ;", 11, "too big"),
        ("spdadd 10.0.0.1/33 10.0.0.2 any -P in none ;", 17, "too big"),
        ("spdadd 10.0.0.1/ 10.0.0.2 any -P in none ;", 17, "prefix length is missing"),
        ("spdadd ::1[65536] ::2 any -P in none ;", 12, "too big"),
        ("spdadd ::1[http] ::2 any -P in none ;", 12, "unknown service"),
        ("spdadd ::1[1 ::2 any -P in none ;", 14, "']' is expected"),
        ("spdadd ::1 ::2 256 -P in none ;", 16, "too big"),
        ("spdadd ::1 ::2 nosuch -P in none ;", 16, "unknown upper-layer protocol"),
        ("spdadd ::1 ::2 tcp 80 -P in none ;", 20, "take a number"),
        ("spdadd ::1 ::2 icmp6 256 -P in none ;", 22, "too big"),
        ("spdadd ::1 ::2 icmp6 1,256 -P in none ;", 24, "too big"),
        ("spdadd ::1 ::2 gre 4294967296 -P in none ;", 20, "too big"),
        ("spdadd ::1[5] ::2 icmp6 1 -P in none ;", 25, "cannot be combined"),
        ("spdadd tagged \"t\" -P in none ;", 8, "packet tag"),
        ("spdadd ::1 ::2 any -P sideways none ;", 23, "a direction is expected"),
        ("spdadd ::1 ::2 any none ;", 20, "-P is expected"),
        ("spdadd ::1 ::2 any -P out ;", 27, "what to do with the packets is missing"),
        ("spdadd ::1 ::2 any -P out ipsec ;", 33, "a transform is missing"),
        ("spdadd ::1 ::2 any -P out bypass ;", 27, "policies of sockets"),
        ("spdadd ::1 ::2 any -P out prio high + 1073741825 none ;", 32, "priority"),
        ("spdadd ::1 ::2 any -P out prio -2147483648 none ;", 32, "priority"),
        ("spdadd ::1 ::2 any -P out prio none ;", 32, "a priority is expected"),
        ("spdadd ::1 ::2 any -P out ipsec esp ;", 33, "not a transform"),
        ("spdadd ::1 ::2 any -P out ipsec tcp/transport//use ;", 33, "transform's protocol"),
        ("spdadd ::1 ::2 any -P out ipsec esp/any//use ;", 37, "transform's mode"),
        ("spdadd ::1 ::2 any -P out ipsec esp/tunnel//require ;", 44, "both ends"),
        ("spdadd ::1 ::2 any -P out ipsec esp/tunnel/me-any/require ;", 44, "both ends"),
        ("spdadd ::1 ::2 any -P in ipsec esp/transport/me-any/require ;", 46, "wrong way round"),
        ("spdadd ::1 ::2 any -P out ipsec esp/tunnel/::1/require ;", 44, "two addresses"),
        ("spdadd ::1 ::2 any -P out ipsec esp/tunnel/::1-1.2.3.4/require ;", 48, "different address families"),
        ("spdadd ::1 ::2 any -P out ipsec esp/tunnel/::1-::2/use ;", 52, "level 'use'"),
        ("spdadd ::1 ::2 any -P out ipsec esp/tunnel/::1[5]-::2/require ;", 44, "one end only"),
        ("spdadd ::1 ::2 any -P out ipsec esp/transport//unique:16384 ;", 55, "too big"),
        ("spdadd ::1 ::2 any -P out ipsec esp/transport//unique:0 ;", 55, "unique:0"),
        ("spdadd ::1 ::2 any -P out ipsec esp/transport//often ;", 48, "a level is expected"),
        ("spdadd ::1 ::2 any -P out ipsec \(String(repeating: "ah/transport//use ", count: 7));", 141, "at most six"),
        ("flush \u{1} ;", 7, "a control character (0x1)"),
        ("flush \u{0} ;", 7, "a NUL byte"),
        ("flush é ;", 7, "not ASCII"),
        ("\\ flush ;", 1, "does not begin a statement"),
    ]

    @Test(arguments: faults)
    func everyFaultHasItsColumnAndItsWords(_ text: String, _ column: Int, _ words: String) throws {
        let parsed = Parsed(text)
        #expect(parsed.kinds.isEmpty)
        let headline = try #require(parsed.headlines.first)
        #expect(headline.hasPrefix("1:\(column): error: "), "\(headline)")
        #expect(headline.contains(words), "\(headline)")
        #expect(parsed.headlines.count == 1, "\(parsed.headlines)")
    }

    @Test func theRenderingHasPlaceLineAndCaret() {
        let parsed = Parsed("# größe\n\tadd 10.0.0.1 10.0.0.2 esp\t0x1e241 -m tunnnel -E null ;\n")
        #expect(
            parsed.diagnostics.map(parsed.source.render) == [
                "t:2:39: error: a mode is expected here; write transport or tunnel\n"
                    + "   \tadd 10.0.0.1 10.0.0.2 esp\t0x1e241 -m tunnnel -E null ;\n"
                    + "   \t                         \t           ^~~~~~~"
            ])
    }

    @Test func aByteOrderMarkIsNotAColumn() {
        #expect(Parsed("\u{FEFF}x ;").headlines.first?.hasPrefix("1:1: error: ") == true)
    }

    @Test func oneRunReportsEveryError() {
        let parsed = Parsed(
            """
            add ::1 ::2 esp 1 -E null ;
            flush ;
            add ::1 ::2 esp 256 -E null
            add ::1 ::2 esp 257 -E null ;
            spdadd ::1 ::2 any -P out ; spdflush ;
            bogus a b "c;d" # ;
             ; dump ;
            spddump
            """)
        #expect(parsed.headlines.map { $0.prefix { $0 != " " } } == ["1:17:", "3:28:", "5:27:", "6:1:", "8:8:"])
        #expect(parsed.kinds.count == 4)
        #expect(parsed.kinds.first == .flush(nil) && parsed.kinds.last == .dump(nil))
    }

    @Test func keptDiagnosticsAreBoundedAndCounted() {
        let source = SourceText(name: "t", bytes: Array(String(repeating: "x ;", count: 1000).utf8))
        var parser = Parser(source, options: ParserOptions(diagnosticLimit: 10))
        while parser.next() != nil {}
        #expect(parser.diagnostics.count == 10 && parser.errorCount == 1000)
    }

    @Test func aFileThatIsNoTextIsLeftAlone() {
        let parsed = Parsed(bytes: [UInt8](repeating: 0, count: 100_000), ParserOptions(diagnosticLimit: 1000))
        #expect(parsed.diagnostics.count < 50)
        #expect(parsed.headlines.last?.contains("check that this is a setkey file") == true)
    }

    @Test func includeIsRefusedWhereThereIsNoDirectory() {
        let parsed = Parsed("include \"x\" ;", ParserOptions(allowsInclude: false))
        #expect(parsed.headlines.first?.hasPrefix("1:1: error: include is not possible here") == true)
    }

    @Test func warningsOfTheDryRunPointAtTheirCause() {
        let text = """
            spdadd 10.7.1.2/16 10.0.0.0/8 any -P out none ;
            add ::1 ::2 esp 256 -E des-cbc "12345678" -A hmac-sha256 "12345678901234567890123456789012" ;
            add ::1 ::2 esp 257 -E null ;
            spdadd ::1 ::2 icmp6 0 -P in none ;
            """
        let headlines = Parsed(text, ParserOptions(warns: true)).headlines
        #expect(headlines.map { $0.prefix { $0 != " " } } == ["1:8:", "2:43:", "2:21:", "3:21:", "4:22:"])
        #expect(headlines.first?.hasSuffix("write 10.7.0.0/16") == true)
        #expect(headlines[1].contains("96 bits") && headlines[1].contains("needs the XFRM interface"))
        let ofXFRM = Parsed(text, ParserOptions(traits: .xfrm, warns: true)).headlines
        #expect(ofXFRM[1].hasSuffix("96 bits; write hmac-sha256-128 on both ends, as RFC 4868 has it"))
        #expect(Parsed(text).headlines.isEmpty)
    }
}
