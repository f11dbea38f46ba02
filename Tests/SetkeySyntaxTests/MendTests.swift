import IPsec
import SetkeySyntax
import Testing

/// Slips that people make: each message names the mistake and what to write.
struct MendTests {
    private static let add = "add ::1 ::2 esp 256"
    private static let policy = "spdadd ::1 ::2 any -P out"

    /// A text, and parts of its one message.
    static let slips: [(String, [String])] = [
        ("\(add) -E aes-cbs 0x00 ;", ["unknown encryption algorithm 'aes-cbs'", "did you mean aes-cbc?"]),
        ("\(add) -E aes 0x00 ;", ["did you mean aes-cbc?", "setkey.conf(5)"]),
        ("\(add) -E cbc(aes) 0x00 ;", ["did you mean aes-cbc?"]),
        ("\(add) -E des-ede3-cbc 0x00 ;", ["did you mean 3des-cbc?"]),
        ("\(add) -E rfc4106(gcm(aes)) 0x00 ;", ["it is called aes-gcm-16, which PF_KEY cannot express"]),
        ("\(add) -E null -A hmac(sha1) 0x00 ;", ["did you mean hmac-sha1?"]),
        ("\(add) -E null -A hmac-sha-1-96 0x00 ;", ["did you mean hmac-sha1?"]),
        ("\(add) -E null -A sha256 0x00 ;", ["did you mean hmac-sha256?"]),
        ("\(add) -A hmac(sha256) 0x00 ;", ["did you mean hmac-sha256?"]),
        ("\(add) -E hmac-md5 0x00 ;", ["hmac-md5 is no encryption algorithm", "write -A hmac-md5"]),
        ("\(add) -A aes-cbc 0x00 ;", ["aes-cbc is no authentication algorithm", "write -E aes-cbc"]),
        ("\(add) -E qwertzuiop 0x00 ;", ["error: unknown encryption algorithm; the list is in setkey.conf(5)"]),
        ("\(add) -E aes-cbc0x00112233445566778899aabbccddeeff ;", ["a blank is missing between aes-cbc and its key"]),
        ("\(add) -A hmac-sha1=0x0011 ;", ["a blank is missing between hmac-sha1 and its key"]),
        ("\(add) -E aes-cbc <hidden> ;", ["this key was hidden", "setkey -D --show-keys"]),
        ("\(add) -E aes-cbc 0x<hidden> ;", ["this key was hidden", "setkey -D --show-keys"]),
        ("\(add) -E aes-cbc <hidden 3f9a> ;", ["this key was hidden", "setkey -D --show-keys"]),
        ("\(add) -E aes-cbc <KEY> ;", ["this is a placeholder; write your own value"]),
        ("\(add) -E aes-cbc ${KEY} ;", ["setkey knows no variables"]),
        ("add <LOCAL> ::2 esp 256 -E null ;", ["this is a placeholder"]),
        ("add ${LOCAL} ::2 esp 256 -E null ;", ["setkey knows no variables"]),
        ("add ::1 ::2 esp <SPI> -E null ;", ["this is a placeholder"]),
        ("\(policy) ipsec esp/tunnel/<HERE>-::2/require ;", ["this is a placeholder"]),
        ("spdadd <NET>/16 ::2 any -P out none ;", ["this is a placeholder"]),
        (
            "\(add) -E aes-cbc 00010203 04050607 08090a0b 0c0d0e0f ;",
            ["this one has 32 bits (4 bytes)", "remove the blanks inside the key"]
        ),
        ("\(add) -E des-cbc \"1234\n\" ;", ["40 bits", "closed on another line"]),
        ("\(add) -E des-cbc \"12345678 ;", ["a quote is not closed"]),
        ("spdadd 10.1.0.0/255.255.0.0 10.0.0.0/8 any -P out none ;", ["not a netmask; write /16"]),
        ("spdadd 10.1.0.0/255.0.255.0 10.0.0.0/8 any -P out none ;", ["not a netmask; write 0...32"]),
        ("add ::1 ::2 esp 1f01 -E null ;", ["hexadecimal numbers begin with 0x"]),
        (
            "add ::1 ::2 esp spi -E null ;",
            ["must be a decimal or a hexadecimal number", "256...4294967295", "0x100...0xffffffff"]
        ),
        ("add ::1 ::2 esp 0x1g -E null ;", ["must be a decimal or a hexadecimal number; write 256...4294967295"]),
        ("add ::1 ::2 esp 4294967296 -E null ;", ["the SPI is too big; write 256...4294967295, or in hexadecimal"]),
        ("add ::1 ::2 ipcomp 0x10000 -C deflate ;", ["the CPI is too big; write 256...65535", "0x100...0xffff"]),
        ("getspi ::1 ::2 esp x ;", ["0 lets the kernel choose"]),
        ("\(add) -r 0x10 -E null ;", ["the replay window must be a decimal number; write 0...32"]),
        ("\(add) -r 4294967296 -E null ;", ["the replay window is too big; write 0...32"]),
        ("\(policy) ipsec esp/transport//unique:0 ;", ["unique:0 names no SA; write 1...16383, or unique alone"]),
        ("\(policy) ipsec esp/transport//unique:40000 ;", ["is too big; write 1...16383, or unique alone"]),
        ("spdadd 10.0.0.1-10.0.0.9 10.0.0.2 any -P in none ;", ["prefixes, not ranges", "a policy for each prefix"]),
        ("add 10.0.0.1-10.0.0.9 10.0.0.20 esp 256 -E null ;", ["not ranges", "write an SA for each address"]),
        ("spdadd any any any -P in none ;", ["there is no word for all addresses; write 0.0.0.0/0 for IPv4, or ::/0"]),
        ("spdadd ::1 default any -P in none ;", ["there is no word for all addresses; write 0.0.0.0/0 for IPv4"]),
        ("add any ::2 esp 256 -E null ;", ["there is no word for all addresses; write the address"]),
        ("spdadd 10.0.1/24 10.0.0.2 any -P in none ;", ["four numbers", "ipsec-tools took this for 10.0.0.1"]),
        ("spdadd 10/8 10.0.0.2 any -P in none ;", ["four numbers", "ipsec-tools took this for 0.0.0.10"]),
        ("spdadd 0/0 10.0.0.2 any -P in none ;", ["four numbers", "ipsec-tools took this for 0.0.0.0"]),
        (
            "spdadd ::1[1000-2000] ::2 tcp -P in none ;",
            ["not a range of ports; write a policy for each port, or [any]"]
        ),
        ("\(add) -lh 24h -E null ;", ["must be a decimal number; write seconds, for example 86400 for a day"]),
        ("\(add) -bh 10M -E null ;", ["write bytes"]),
        ("\(add) -e aes-cbc 0x00 ;", ["an algorithm or ';' is expected here; write -E"]),
        ("\(add) -E null -a hmac-sha1 0x00 ;", ["an algorithm or ';' is expected here; write -A"]),
        ("\(policy) discard prio high ;", ["the priority comes before the action", "prio high discard"]),
        ("\(policy) ipsec esp/transport//require prio 5 ;", ["the priority comes before the action"]),
        ("\(policy) ipsec esp/transport/require ;", ["write two slashes before it: esp/transport//require"]),
        ("\(policy) ipsec esp/transport/unique:7 ;", ["write two slashes before it"]),
        ("\(policy) ipsec esp/tunnel/require ;", ["the addresses of the tunnel are missing"]),
    ]

    @Test(arguments: slips)
    func aSlipIsNamedWithItsMend(_ text: String, _ parts: [String]) {
        let headlines = Parsed(text).headlines
        #expect(headlines.count == 1, "\(headlines)")
        for part in parts { #expect(headlines.first?.contains(part) == true, "\(headlines)") }
    }

    @Test func everyForeignNameLeadsToItsAlgorithm() {
        for row in Algorithm.table where row.interfaces == .all && row.kind != .compression {
            let option = row.kind == .integrity ? "-A" : "-E"
            for name in row.foreignNames {
                let headline = Parsed("\(Self.add) \(option) \(name) 0x00 ;").headlines.first
                #expect(headline?.contains("did you mean \(row.name)?") == true, "\(name): \(headline ?? "")")
            }
        }
    }

    @Test(arguments: [
        [0xff, 0xfe, 0x66, 0], [0xfe, 0xff, 0, 0x66], [0x66, 0, 0x6c, 0, 0x75, 0], [0, 0x66, 0, 0x6c],
    ])
    func utf16IsNamedOnce(_ bytes: [UInt8]) {
        #expect(Parsed(bytes: bytes).headlines == ["1:1: error: this text is UTF-16; save it as UTF-8"])
    }

    @Test func aLatin1CommentIsAWarningOfTheCheck() {
        let text: [UInt8] = Array("# Stra".utf8) + [0xdf] + Array("e\nflush ; # ".utf8) + [0xe9] + Array("\n".utf8)
        #expect(Parsed(bytes: text).kinds == [.flush(nil)])
        #expect(Parsed(bytes: text).headlines == [])
        let checked = Parsed(bytes: text, ParserOptions(warns: true)).headlines
        #expect(checked.count == 1 && checked.first?.hasPrefix("1:7: warning: this comment is not UTF-8") == true)
        #expect(Parsed(bytes: Array("# a".utf8) + [0]).headlines.first?.contains("a NUL byte") == true)
    }

    // MARK: Several mistakes

    @Test func independentMistakesInOneStatementAreAllReported() {
        let association = Parsed(
            "add gw.example ::2 esp 12 -m tunel -lh 24h -E aes-cbs 0x00 -A hmac-sha1 0x00 ;\nflush ;")
        #expect(
            association.headlines.map { $0.prefix { $0 != " " } } == [
                "1:5:", "1:24:", "1:30:", "1:40:", "1:47:", "1:73:",
            ])
        #expect(association.kinds == [.flush(nil)])
        let policy = Parsed(
            "spdadd host/8 10.0.0.0/40 tcpp -P out prio 9x ipsec esp/tunel//require ah/transport//often ;")
        #expect(
            policy.headlines.map { $0.prefix { $0 != " " } } == ["1:8:", "1:24:", "1:27:", "1:44:", "1:57:", "1:86:"])
        #expect(policy.kinds == [])
    }

    @Test func behindAnUnreadableKeyNothingIsGuessed() {
        #expect(Parsed("\(Self.add) -E aes-cbc 0x12,34 -r 99 -u x ;").headlines.count == 1)
    }

    @Test func aMissingPieceIsOneMistake() {
        #expect(Parsed("add ::1 esp 256 -E null ;").headlines.count == 1)
        #expect(Parsed("add ::1 ::2 256 -E null ;").headlines.count == 1)
        #expect(Parsed("add ::1 ::2 esp -E null ;").headlines.count == 1)
        #expect(Parsed("spdadd ::1 any -P out none ;").headlines.count == 1)
    }

    // MARK: Blanks

    @Test func blanksMayStandAroundSlashesAndBrackets() {
        let plain = Parsed(
            "spdadd 10.1.0.0/16[80] 10.2.0.0/24 tcp -P out ipsec esp/tunnel/::1-::2/require ah/transport//use ;")
        for text in [
            "spdadd 10.1.0.0 / 16 [ 80 ] 10.2.0.0 /24 tcp -P out ipsec esp / tunnel / ::1 - ::2 / require ah/transport / / use ;",
            "spdadd 10.1.0.0/ 16 [80] 10.2.0.0/ 24 tcp -P out ipsec esp/ tunnel/ ::1- ::2/ require\n ah /transport//use;",
        ] {
            let parsed = Parsed(text)
            #expect(parsed.kinds == plain.kinds && parsed.diagnostics.isEmpty, "\(parsed.headlines)")
        }
        #expect(plain.kinds.count == 1)
        #expect(Parsed("add ::1 [ 500 ] ::2 [500] esp-udp 256 -E null ;").association?.encapsulation?.sourcePort == 500)
    }

    @Test func emptyPartsBeforeAnotherTransformStayEmpty() {
        let policy = Parsed("\(Self.policy) ipsec esp/transport// ah/transport/ ipcomp/transport ;").policy
        guard case .protect(let transforms)? = policy?.action else { return #expect(Bool(false), "no policy") }
        #expect(transforms.map(\.nextLayer.rawValue) == [50, 51, 108])
    }

    // MARK: Rules within a statement

    @Test(arguments: [
        ("add :: ff02::5 ah 256 -A hmac-md5 \"abcdefghijklmnop\" ;", true),
        ("add 10.0.0.1 224.0.0.5 ah 256 -r 4 -A hmac-md5 \"abcdefghijklmnop\" ;", true),
        ("add 0.0.0.0 10.0.0.1 ah 256 -A hmac-md5 \"abcdefghijklmnop\" ;", true),
        ("add 0.0.0.0 10.0.0.1 ah 256 -r 0 -A hmac-md5 \"abcdefghijklmnop\" ;", false),
        ("add 10.0.0.1 239.0.0.5 esp 256 -E des-cbc \"abcdefgh\" ;", false),
        ("add 10.0.0.2 10.0.0.1 ah 256 -A hmac-md5 \"abcdefghijklmnop\" ;", false),
    ])
    func aWindowOfSeveralSendersIsWarnedOfInRunsToo(_ text: String, _ expected: Bool) {
        let parsed = Parsed(text)
        #expect(parsed.kinds.count == 1)
        #expect(parsed.headlines.contains { $0.hasSuffix("write -r 0 [shared-replay-window]") } == expected)
    }

    @Test(arguments: [
        ("flush esp-udp ;", true), ("deleteall ::1 ::2 esp-udp ;", true), ("flush esp ;", false),
        ("dump esp-udp ;", false), ("delete ::1 ::2 esp-udp 256 ;", false),
    ])
    func deletingAllOfESPInUDPIsWarnedOfInRunsToo(_ text: String, _ expected: Bool) {
        let parsed = Parsed(text)
        #expect(parsed.kinds.count == 1)
        #expect(parsed.headlines.contains { $0.contains("warning: esp-udp means all of ESP here") } == expected)
    }

    @Test func optionsGivenTwiceAndPortsOfICMPAreWarnedOf() {
        func codes(_ text: String) -> [Substring] {
            Parsed(text, ParserOptions(warns: true)).headlines.compactMap { $0.split(separator: "[").last }
        }
        let tail = "-E aes-cbc \"abcdefghijklmnop\" -A hmac-sha1 \"abcdefghijklmnopqrst\" ;"
        #expect(codes("\(Self.add) -u 1 -m tunnel -u 2 -ls 3 -lh 4 \(tail)") == ["repeated-option]"])
        #expect(codes("spdadd 192.0.2.1 192.0.2.2 any -lh 5 -lh 6 -P out none ;") == ["repeated-option]"])
        #expect(codes("\(Self.add) -f noecn -f decap-dscp \(tail)") == [])
        #expect(codes("spdadd ::1[8] ::2 icmp6 -P in none ;") == ["ports-of-icmp]"])
        #expect(codes("spdadd ::1[any] ::2 icmp6 128 -P in none ;") == [])
    }
}
