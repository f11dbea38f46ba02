import ControlProtocol
import IPsec
import SetkeyClient
import SetkeySyntax
import Testing

@Suite struct SHA256Tests {
    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// FIPS 180-4: the examples of NIST, and lengths around the end of a block.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (String(repeating: "a", count: 55), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
        (String(repeating: "a", count: 64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
    ]) func hashesAsTheStandardSays(message: String, hash: String) {
        #expect(hexadecimal(SHA256.hash(Array(message.utf8))) == hash)
    }

    /// RFC 4231: cases 1, 2 and 6, whose key is longer than a block.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ]) func authenticatesAsTheStandardSays(key: [UInt8], message: String, authenticator: String) {
        #expect(hexadecimal(SHA256.authenticator(of: Array(message.utf8), key: key)) == authenticator)
    }
}

@Suite struct SaltedFingerprintTests {
    private static let key = "000102030405060708090a0b0c0d0e0f"

    private func record(_ spi: Int, source: String = "192.0.2.1") throws -> AssociationRecord {
        let unread = String(repeating: "00", count: 20)
        let text = "add \(source) 192.0.2.2 esp \(spi) -E aes-cbc 0x\(Self.key) -A hmac-sha1 0x\(unread) ;"
        var parser = Parser(SourceText(name: "t", bytes: Array(text.utf8)))
        guard case .add(let association)? = parser.next()?.kind else { throw CancellationError() }
        return AssociationRecord(association, showKeys: true)
    }

    /// Another version prints the same: this is what somebody reads aloud to a machine that was not updated.
    @Test func theDigitsStayWhatTheyAre() {
        let digits = SaltedFingerprint(salt: "k7fq-2mzd").digits(ofKey: Self.key, algorithm: "aes-cbc")
        #expect(digits == "085f17cdbda184fa")
    }

    @Test func saltAlgorithmAndKeyAllCount() {
        let one = SaltedFingerprint(salt: "one")
        let digits = one.digits(ofKey: Self.key, algorithm: "aes-cbc")
        #expect(digits.count == 16)
        #expect(one.digits(ofKey: Self.key.uppercased(), algorithm: "aes-cbc") == digits)
        #expect(SaltedFingerprint(salt: "two").digits(ofKey: Self.key, algorithm: "aes-cbc") != digits)
        #expect(one.digits(ofKey: Self.key, algorithm: "aes-ctr") != digits)
        #expect(one.digits(ofKey: "10" + Self.key.dropFirst(2), algorithm: "aes-cbc") != digits)
        #expect(one.digits(ofKey: Self.key + "00", algorithm: "aes-cbc") != digits)
    }

    @Test func aSaltIsDrawnThatCanBeReadAloud() {
        let salts = (0..<8).map { _ in SaltedFingerprint().salt }
        #expect(Set(salts).count == 8)
        for salt in salts {
            #expect(salt.wholeMatch(of: #/[a-z2-9]{4}-[a-z2-9]{4}/#) != nil, "\(salt)")
            #expect(SaltedFingerprint.isUsable(salt))
        }
        for salt in ["a", "A-9_z.", "..", String(repeating: "a", count: 64)] {
            #expect(SaltedFingerprint.isUsable(salt), "\(salt)")
        }
        let harmful = [
            "$(id)", "a;b", "a'b", "a*", "~", "a/b", "-f", "a=b", "`a`", "a\\b", "a&", "a|b", "a>b", "#a", "!a",
        ]
        for salt in harmful + ["", "two words", "schlüssel", "tab\t", String(repeating: "a", count: 65)] {
            #expect(!SaltedFingerprint.isUsable(salt), "\(salt)")
        }
    }

    @Test func theTextHasNoKeyAndOneOrder() throws {
        let fingerprint = SaltedFingerprint(salt: "k7fq-2mzd")
        let known = [try record(258), try record(257), try record(259, source: "192.0.2.0")]
        let records = FingerprintText.records(of: known, fingerprint, zerosAreKeys: false)
        #expect(records.map(\.spi) == [259, 257, 258])
        #expect(records.allSatisfy { $0.encryptionKey == nil && $0.integrityKey == nil })
        let text = FingerprintText.text([records[1]], salt: fingerprint.salt, zerosAreKeys: false)
        #expect(
            text == """
                salt: k7fq-2mzd    at the other end: setkey --fingerprint --salt k7fq-2mzd
                192.0.2.1 192.0.2.2 esp 0x00000101
                \tE: aes-cbc  085f 17cd bda1 84fa
                \tA: hmac-sha1  key zero, or not known

                """)
    }

    /// The daemon leaves out what it does not know.
    @Test func zerosOfTheKernelAreAKey() throws {
        let fingerprint = SaltedFingerprint(salt: "k7fq-2mzd")
        var known = try record(257)
        known.encryptionKey = nil
        let records = FingerprintText.records(of: [known], fingerprint, zerosAreKeys: true)
        let zeros = fingerprint.digits(ofKey: String(repeating: "00", count: 20), algorithm: "hmac-sha1")
        #expect(records.first?.integrityFingerprint == zeros)
        let text = FingerprintText.text(records, salt: fingerprint.salt, zerosAreKeys: true)
        #expect(text.contains("\tE: aes-cbc  key not known\n") && !text.contains("\tA: hmac-sha1  key"), "\(text)")
    }
}
