import ControlProtocol
import IPsec
import SetkeyClient
import SetkeySyntax
import Testing

/// Lines of `esp_sa`, in the words of Wireshark's `packet-ipsec.c`.
@Suite struct WiresharkTextTests {
    private func line(
        _ text: String, traits: KernelTraits = .xfrm, _ change: (inout SecurityAssociation) -> Void = { _ in }
    ) throws -> String {
        var parser = Parser(Array(text.utf8), options: ParserOptions(traits: traits))
        guard case .add(var association)? = parser.next()?.kind else {
            throw ClientFailure(.failure, "\(parser.diagnostics)")
        }
        change(&association)
        return WiresharkText.line(AssociationRecord(association, showKeys: true))
    }

    @Test func aLineHasEightFields() throws {
        #expect(
            try line(
                "add 192.0.2.1 192.0.2.2 esp 0x1001 -E 3des-cbc \"0123456789abcdefghijklmn\" -A hmac-md5 \"0123456789abcdef\" ;"
            )
                == """
                "IPv4","192.0.2.1","192.0.2.2","0x00001001","TripleDES-CBC [RFC2451]","0x303132333435363738396162636465666768696a6b6c6d6e","HMAC-MD5-96 [RFC2403]","0x30313233343536373839616263646566"

                """)
        #expect(
            try line("add 2001:db8::1 2001:db8::2 esp 4097 -E null ;") == """
                "IPv6","2001:db8::1","2001:db8::2","0x00001001","NULL","","NULL",""

                """)
    }

    @Test(arguments: [
        ("-E aes-gcm-16 \"0123456789abcdef0123\"", #""AES-GCM with 16 octet ICV [RFC4106]""#, #""NULL","""#),
        ("-E aes-gcm-8 \"0123456789abcdef0123\"", #""AES-GCM with 8 octet ICV [RFC4106]""#, #""NULL","""#),
        (
            "-E chacha20-poly1305 \"0123456789abcdef0123456789abcdef0123\"", #""ChaCha20 with Poly1305 [RFC7634]""#,
            #""NULL","""#
        ),
        (
            "-E aes-ctr \"0123456789abcdef0123\" -A hmac-sha256-128 \"0123456789abcdef0123456789abcdef\"",
            #""AES-CTR [RFC3686]""#, #""HMAC-SHA-256-128 [RFC4868]""#
        ),
        (
            "-E aes-cbc \"0123456789abcdef\" -A hmac-sha256 \"0123456789abcdef0123456789abcdef\"",
            #""AES-CBC [RFC3602]""#, #""HMAC-SHA-256-96 [draft-ietf-ipsec-ciph-sha-256-00]""#
        ),
        (
            "-E null -A hmac-sha1 \"0123456789abcdef0123\" -icv 64", #""NULL","""#,
            #""ANY 64 bit authentication [no checking]""#
        ),
        (
            "-E null -A aes-xcbc-mac \"0123456789abcdef\"", #""NULL","""#,
            #""ANY 96 bit authentication [no checking]""#
        ),
    ]) func algorithmsHaveWiresharksNames(clauses: String, cipher: String, integrity: String) throws {
        let line = try line("add 192.0.2.1 192.0.2.2 esp 0x1001 \(clauses) ;")
        #expect(line.contains("\"0x00001001\",\(cipher)") && line.contains(",\(integrity)"), "\(line)")
        #expect(line.split(separator: ",").count == 8)
    }

    @Test func extendedSequenceNumbersAreTwoFieldsMore() throws {
        let line = try line("add 192.0.2.1 192.0.2.2 esp 0x1001 -esn -E aes-gcm-16 \"0123456789abcdef0123\" ;") {
            $0.fields.numbers.sent = 0x2_0000_0001
        }
        #expect(line.hasSuffix(#","NULL","","64-bit","0x2""# + "\n"))
    }

    @Test func whatCannotBeDecryptedIsAComment() throws {
        let keyed = "add 192.0.2.1 192.0.2.2 esp 0x1001 -E aes-cbc \"0123456789abcdef\" ;"
        let comments = try [
            (line(keyed) { $0.hidesKeys = true }, "locked down"),
            (
                line(keyed) {
                    $0.state = .larval; $0.encryption = .none
                }, "no keys yet"
            ),
            (
                line(keyed) {
                    $0.isDegraded = true; $0.encryption = .none
                }, "does not tell its algorithms"
            ),
            (line("add 192.0.2.1 192.0.2.2 esp 0x1001 -E camellia-cbc \"0123456789abcdef\" ;"), "know camellia-cbc"),
            (
                line("add 192.0.2.1 192.0.2.2 esp 0x1001 -E null -A hmac-sha1 \"0123456789abcdef0123\" -icv 80 ;"),
                "80 bits of hmac-sha1"
            ),
        ]
        for (text, reason) in comments {
            #expect(text.hasPrefix("# 192.0.2.1 192.0.2.2 esp 0x00001001: ") && text.contains(reason), "\(text)")
            #expect(text.split(separator: "\n").count == 1 && !text.contains("3031"))
        }
    }
}
