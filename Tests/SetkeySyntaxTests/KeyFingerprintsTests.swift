import IPsec
import Testing

@Suite struct KeyFingerprintsTests {
    private let fingerprints = KeyFingerprints()

    private func encryption(_ text: String) throws -> UInt16? {
        fingerprints.ofEncryption(try #require(Parsed("add \(text) ;").association))
    }

    /// Whoever compares two SAs compares algorithm and key; their names do not matter.
    @Test func equalKeysHaveEqualFingerprints() throws {
        let one = try #require(try encryption("::1 ::2 esp 300 -E aes-cbc \"abcdefghijklmnop\""))
        #expect(
            try encryption("::3 ::4 esp 301 -E aes-cbc \"abcdefghijklmnop\" -A hmac-md5 \"abcdefghijklmnop\"") == one)
    }

    /// Of 64 keys that differ from each other by a bit, or in length, all but a few have fingerprints of their own.
    @Test func keysOrAlgorithmsThatDifferAreToldApart() throws {
        var found: Set<UInt16> = []
        for bit in 0..<64 {
            let key = "000000000000" + String(UInt64(1) << UInt64(bit), radix: 16)
            let padded = String(repeating: "0", count: 32 - key.count) + key
            found.insert(try #require(try encryption("::1 ::2 esp 300 -E aes-cbc 0x\(padded)")))
        }
        found.insert(try #require(try encryption("::1 ::2 esp 300 -E aes-cbc 0x\(String(repeating: "0", count: 48))")))
        found.insert(
            try #require(try encryption("::1 ::2 esp 300 -E camellia-cbc 0x\(String(repeating: "0", count: 31))1")))
        #expect(found.count >= 62)
    }

    /// The same bytes for encryption and for integrity are not said to be one key: another number means another algorithm there.
    @Test func theTwoKeysOfAnSAAreOfDifferentKinds() throws {
        let association = try #require(
            Parsed("add ::1 ::2 esp 300 -E des-cbc \"abcdefgh\" -A hmac-md5 \"abcdefghijklmnop\" ;").association)
        #expect(fingerprints.ofIntegrity(association) != nil)
        let other = KeyFingerprints()
        // 32 bits that agree by chance do so once in four billion runs.
        #expect(
            other.ofEncryption(association) != fingerprints.ofEncryption(association)
                || other.ofIntegrity(association) != fingerprints.ofIntegrity(association), "each start has its own")
    }

    @Test func whatIsNotKnownHasNone() throws {
        var association = try #require(
            Parsed("add ::1 ::2 esp 300 -E null -A hmac-md5 \"abcdefghijklmnop\" ;").association)
        #expect(fingerprints.ofEncryption(association) == nil)
        association.hidesKeys = true
        #expect(fingerprints.ofIntegrity(association) == nil)
    }
}
