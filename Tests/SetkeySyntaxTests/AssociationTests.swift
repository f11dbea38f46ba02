import IPsec
import SetkeySyntax
import Testing

struct AssociationTests {
    private let key16 = "0x00112233445566778899aabbccddeeff"

    private func add(_ rest: String) -> SecurityAssociation? {
        Parsed("add 192.0.2.1 192.0.2.2 \(rest) ;").association
    }

    @Test func theFirstExampleOfTheManualIsATunnelWithDES() throws {
        let sa = try #require(
            Parsed("add\t10.0.11.41 10.0.11.33 esp 123457\n\t\t-m tunnel -E des-cbc \"ESP SA!!\" ;").association)
        #expect(sa.identity.spi.rawValue == 123457)
        #expect(sa.identity.destination == ip("10.0.11.33"))
        #expect(sa.source == ip("10.0.11.41"))
        #expect(sa.mode == .tunnel)
        #expect(sa.encryption.row?.name == "des-cbc")
        #expect(sa.encryptionKey == KeyMaterial("ESP SA!!".utf8))
        #expect(sa.replayWindow == .disabled)
        #expect(sa.integrity == .none)
    }

    @Test func defaultsAreThoseOfTheManual() {
        #expect(add("esp 256 -E aes-cbc \(key16)")?.replayWindow == .disabled)
        #expect(add("esp 256 -E aes-cbc \(key16) -A hmac-md5 \(key16)")?.replayWindow.rawValue == 32)
        #expect(add("ah 256 -A hmac-md5 \(key16)")?.replayWindow.rawValue == 32)
        #expect(add("esp 256 -A null")?.replayWindow == .disabled)
        #expect(add("esp 256 -r 0 -A hmac-md5 \(key16)")?.replayWindow == .disabled)
        #expect(add("esp 256 -E null")?.mode == .transport)
        #expect(add("esp 256 -m any -E null")?.mode == .transport)
    }

    @Test func espWithAuthenticationAloneHasNullEncryption() {
        #expect(add("esp 256 -A hmac-md5 \(key16)")?.encryption == .null)
        #expect(add("ah 256 -A hmac-md5 \(key16)")?.encryption == EncryptionAlgorithm.none)
    }

    @Test func clausesMayComeInAnyOrderAndTheLastExtensionWins() {
        let first = add("esp 256 -m tunnel -u 7 -E aes-cbc \(key16) -A hmac-md5 \(key16)")
        #expect(first != nil)
        #expect(add("esp 256 -A hmac-md5 \(key16) -u 7 -E aes-cbc \(key16) -m tunnel") == first)
        #expect(add("esp 256 -u 1 -m transport -m tunnel -A hmac-md5 \(key16) -E aes-cbc \(key16) -u 7") == first)
    }

    @Test func anOptionAndItsValueMayTouch() throws {
        let joined = try #require(
            add("esp 256 -mtunnel -r4 -u100 -lh3600 -ls1800 -bh9 -bs8 -fnoecn -Eaes-cbc \(key16) -Ahmac-md5 \(key16)"))
        let apart =
            "-m tunnel -r 4 -u 100 -lh 3600 -ls 1800 -bh 9 -bs 8 -f noecn -E aes-cbc \(key16) -A hmac-md5 \(key16)"
        #expect(joined == add("esp 256 \(apart)"))
        #expect(add("esp 256 -Enull") == add("esp 256 -E null"))
        #expect(add("ipcomp 256 -Cdeflate") == add("ipcomp 256 -C deflate"))
        #expect(Parsed("getspi 192.0.2.1 192.0.2.2 esp 0 -mtunnel ;").diagnostics.isEmpty)
    }

    /// Longer ones, which ipsec-tools had not, do not.
    @Test func newOptionsOfTwoLettersMayTouchTheirValuesToo() {
        let parted = Parsed("add ::1 ::2 esp 256 -ph 9 -ps 8 -uh 7 -us 6 -E null ;").association
        #expect(parted != nil)
        #expect(Parsed("add ::1 ::2 esp 256 -ph9 -ps8 -uh7 -us6 -E null ;").association == parted)
        let options = ParserOptions(traits: .xfrm)
        #expect(Parsed("add ::1 ::2 esp 256 -if_id7 -E null ;", options).association == nil)
        #expect(Parsed("spdadd ::1 ::2 any -if_id7 -P out none ;", options).policy == nil)
    }

    @Test(arguments: ["-r4k", "-r-4", "-mtunel", "-Edes", "-x4", "-lh", "-E0x00112233445566778899aabbccddeeff", "-Pin"])
    func whatIsNoValueOfAnOptionIsNotParted(word: String) {
        let parsed = Parsed("add 192.0.2.1 192.0.2.2 esp 256 \(word) -E null ;")
        #expect(parsed.kinds.isEmpty)
        #expect(parsed.headlines.allSatisfy { !$0.contains("00112233") })
    }

    @Test func extensionsFillTheirFields() {
        let sa = add(
            "esp 0x1001 -lh 3600 -ls 2800 -bh 1000 -bs 900 -u 4294967295 -r 32 -f noecn -f decap-dscp -f nopmtudisc "
                + "-ctx 1 2 \"a:b;c\" -E null")
        #expect(sa?.limits.hard == Lifetime(bytes: 1000, addTime: 3600))
        #expect(sa?.limits.soft == Lifetime(bytes: 900, addTime: 2800))
        #expect(sa?.reqID.rawValue == .max)
        #expect(sa?.flags == [.noECN, .decapsulateDSCP, .noPathMTUDiscovery])
        #expect(sa?.securityContext == SecurityContext(domain: 1, algorithm: 2, label: "a:b;c"))
        #expect(add("esp 256 -lh 10 -E null")?.limits == LifetimeLimits(soft: .zero, hard: Lifetime(addTime: 10)))
        #expect(add("esp 256 -bh 18446744073709551615 -E null")?.limits.isNone == true)
        #expect(add("esp 256 -lh 9223372036854775807 -E null")?.limits.hard == Lifetime(addTime: UInt64(Int64.max)))
        #expect(add("esp 256 -lh 9223372036854775808 -E null") == nil)
    }

    @Test func everyExpressibleAlgorithmIsReadUnderAllItsNames() {
        var count = 0
        for row in Algorithm.table where row.interfaces == .all && row.kind != .compression {
            for name in [row.name] + row.aliases where name != "simple" {
                for bits in row.keyLengths.all {
                    let key = bits == 0 ? "" : "0x" + String(repeating: "5a", count: bits / 8)
                    let sa = add("esp 0x100 \(row.kind == .integrity ? "-A" : "-E") \(name) \(key)")
                    let number = row.kind == .integrity ? sa?.integrity.rawValue : sa?.encryption.rawValue
                    let got = row.kind == .integrity ? sa?.integrityKey : sa?.encryptionKey
                    #expect(number == row.number, "\(name)")
                    #expect(got?.bitCount ?? 0 == bits, "\(name)")
                    count += 1
                }
            }
        }
        #expect(count > 70)
    }

    @Test func whatPFKeyCannotSayIsAnErrorThatNamesXFRM() {
        for row in Algorithm.table where row.interfaces != .all {
            let option = row.kind == .integrity ? "-A" : row.kind == .compression ? "-C" : "-E"
            let key = "0x" + String(repeating: "5a", count: row.keyLengths.first / 8)
            let proto = row.kind == .compression ? "ipcomp" : "esp"
            let parsed = Parsed("add 192.0.2.1 192.0.2.2 \(proto) 0x100 \(option) \(row.name) \(key) ;")
            #expect(parsed.kinds.isEmpty, "\(row.name)")
            #expect(parsed.headlines.count == 1, "\(row.name)")
            #expect(parsed.headlines.first?.contains("XFRM") == (row.interfaces == .xfrmOnly), "\(row.name)")
        }
    }

    @Test func theXFRMInterfaceTakesCombinedAlgorithms() {
        let options = ParserOptions(traits: .xfrm)
        let key = "0x" + String(repeating: "5a", count: 20)
        let parsed = Parsed("add 192.0.2.1 192.0.2.2 esp 0x100 -E aes-gcm-16 \(key) ;", options)
        #expect(parsed.association?.encryption.rawValue == 20)
        #expect(parsed.association?.replayWindow.rawValue == 32)
    }

    /// Where no other interface has more, none is named.
    @Test func whatNoInterfaceOfOursCanSayNamesNone() {
        let text = "add fe80::1%eth0 fe80::2 esp 0x100 -E null ;"
        #expect(Parsed(text).headlines.contains { $0.contains("PF_KEY cannot express an address of one interface") })
        let xfrm = Parsed(text, ParserOptions(traits: .xfrm)).headlines
        #expect(xfrm.contains { $0.contains("setkeyd cannot express an address of one interface") })
        #expect(!xfrm.contains { $0.contains("XFRM") })
    }

    @Test func keysAreStringsHexadecimalWithAndWithoutPrefix() {
        let expected = KeyMaterial((0..<16).map { UInt8($0 * 17) })
        for text in [key16, "0X00112233445566778899AABBCCDDEEFF", "00112233445566778899aabbccddeeff"] {
            #expect(add("esp 256 -E aes-cbc \(text)")?.encryptionKey == expected)
        }
        let raw = #"a"# + #"\;# x y z 1234"#
        #expect(add("ah 256 -A hmac-md5 \"\(raw) \"")?.integrityKey == KeyMaterial("\(raw) ".utf8))
    }

    @Test func aStringMayHoldAnyByteButAQuote() {
        let head = Array("add 192.0.2.1 192.0.2.2 esp 256 -E des-cbc \"".utf8)
        let parsed = Parsed(bytes: head + [0, 10, 13, 255, 0xc0, 59, 35, 9] + Array("\" ;".utf8))
        #expect(parsed.association?.encryptionKey == KeyMaterial([0, 10, 13, 255, 0xc0, 59, 35, 9]))
    }

    @Test func espInUDPHasPortsWithADefault() {
        #expect(add("esp-udp 256 -E null")?.encapsulation == NATTraversal(sourcePort: 4500, destinationPort: 4500))
        let sa = Parsed("add 192.0.2.1[500] 192.0.2.2 [10000] esp-udp 256 -E null ;").association
        #expect(sa?.encapsulation == NATTraversal(sourcePort: 500, destinationPort: 10000))
        #expect(sa?.identity.ipsecProtocol == .esp)
    }

    @Test func theOriginalAddressIsReadWithAWarning() {
        let parsed = Parsed("add 192.0.2.1 192.0.2.2 esp-udp 10.0.0.9 256 -E null ;")
        #expect(
            parsed.headlines == [
                "1:33: warning: PF_KEY does not keep the original address of a NAT; remove it"
            ])
        guard case .add(let sa)? = parsed.kinds.first else { return #expect(Bool(false)) }
        #expect(sa.originalAddress == ip("10.0.0.9"))
    }

    @Test func compressionIsDeflate() {
        #expect(add("ipcomp 0x1000 -C deflate")?.compression == .deflate)
    }

    @Test func flagsOfTheFamilyRestrictIt() {
        #expect(Parsed("add -4n 192.0.2.1 192.0.2.2 esp 256 -E null ;").association != nil)
        #expect(Parsed("add -46 -n ::1 ::2 esp 256 -E null ;").association != nil)
        #expect(
            Parsed("add -6 192.0.2.1 192.0.2.2 esp 256 -E null ;").headlines.first?.hasPrefix(
                "1:8: error: an IPv4 address after -6") == true)
    }

    @Test func getspiNamesARange() {
        let kinds = Parsed("getspi ::1 ::2 esp 0 -u 3 -m tunnel; getspi ::1 ::2 ah 0x200; getspi ::1 ::2 ipcomp 0 ;")
            .kinds
        guard kinds.count == 3, case .reserveSPI(let any, let all) = kinds[0], case .reserveSPI(_, let one) = kinds[1],
            case .reserveSPI(_, let cpi) = kinds[2]
        else { return #expect(Bool(false), "\(kinds)") }
        #expect(all == 0x100...0x0fff_ffff && one == 0x200...0x200 && cpi == 0x100...0xefff)
        #expect(any.reqID.rawValue == 3 && any.mode == .tunnel && any.identity.spi.rawValue == 0)
    }
}
