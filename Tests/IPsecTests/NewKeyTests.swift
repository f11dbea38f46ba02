import IPsec
import Testing

@Suite struct NewKeyTests {
    /// The 4 weak and the 12 semi-weak keys of DES (NIST SP 800-67, 3.3.2).
    private static let weak: [UInt64] = [
        0x0101_0101_0101_0101, 0xfefe_fefe_fefe_fefe, 0xe0e0_e0e0_f1f1_f1f1, 0x1f1f_1f1f_0e0e_0e0e,
        0x011f_011f_010e_010e, 0x1f01_1f01_0e01_0e01, 0x01e0_01e0_01f1_01f1, 0xe001_e001_f101_f101,
        0x01fe_01fe_01fe_01fe, 0xfe01_fe01_fe01_fe01, 0x1fe0_1fe0_0ef1_0ef1, 0xe01f_e01f_f10e_f10e,
        0x1ffe_1ffe_0efe_0efe, 0xfe1f_fe1f_fe0e_fe0e, 0xe0fe_e0fe_f1fe_f1fe, 0xfee0_fee0_fef1_fef1,
    ]
    private static let good: UInt64 = 0x0123_4567_89ab_cdef

    private func row(_ name: String) throws -> Algorithm {
        try #require(Algorithm.withKeys.first { $0.name == name })
    }

    private func bytes(_ words: [UInt64]) -> [UInt8] {
        words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
    }

    /// The key that is made where the random bytes are these, one list after the other.
    private func key(_ name: String, from drawn: [[UInt64]]) throws -> [UInt8] {
        var rest = drawn[...]
        let row = try row(name)
        let key = row.newKey(ofBits: row.customaryKeyBits) { bytes in
            let next = self.bytes(rest.popFirst() ?? [])
            for index in next.indices { bytes[index] = next[index] }
        }
        #expect(rest.isEmpty, "\(rest.count) lists are left")
        return key.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    }

    @Test(arguments: [
        ("des-cbc", 64), ("3des-cbc", 192), ("cast128-cbc", 128), ("blowfish-cbc", 256), ("aes-cbc", 256),
        ("aes-ctr", 288), ("camellia-cbc", 256), ("serpent-cbc", 256), ("twofish-cbc", 256), ("sm4-cbc", 128),
        ("aes-ccm-8", 280), ("aes-ccm-12", 280), ("aes-ccm-16", 280), ("aes-gcm-8", 288), ("aes-gcm-12", 288),
        ("aes-gcm-16", 288), ("aes-gmac", 288), ("chacha20-poly1305", 288), ("hmac-md5", 128), ("hmac-sha1", 160),
        ("hmac-sha256", 256), ("hmac-sha384", 384), ("hmac-sha512", 512), ("hmac-ripemd160", 160),
        ("aes-xcbc-mac", 128), ("hmac-sm3", 256), ("hmac-sha256-128", 256), ("aes-cmac", 128),
    ]) func theCustomaryLengthIsTheStrongest(name: String, bits: Int) throws {
        let row = try row(name)
        #expect(row.customaryKeyBits == bits && row.keyLengths.contains(bits))
    }

    @Test func everyAlgorithmThatTakesAKeyIsInTheListAbove() {
        #expect(Algorithm.withKeys.count == 28)
    }

    @Test(arguments: weak) func weakKeysOfDESAreDrawnAgain(word: UInt64) throws {
        #expect(try key("des-cbc", from: [[word], [Self.good]]) == bytes([Self.good]))
        // Whatever the parity bits were.
        #expect(try key("des-cbc", from: [[word ^ 0x0101_0001_0100_0101], [Self.good]]) == bytes([Self.good]))
        let parts: [UInt64] = [Self.good, 0x1032_5476_98ba_dcfe, 0x2301_6745_ab89_efcd]
        #expect(try key("3des-cbc", from: [[parts[0], word, parts[2]], parts]) == bytes(parts))
    }

    @Test(arguments: [[0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 0, 0]])
    func thirdsOfTripleDESAreNotTheSame(which: [Int]) throws {
        let two: [UInt64] = [Self.good, 0x1032_5476_98ba_dcfe]
        let parts = two + [0x2301_6745_ab89_efcd]
        #expect(try key("3des-cbc", from: [which.map { two[$0] }, parts]) == bytes(parts))
        // Nor but for their parity bits.
        let alike = which.enumerated().map { two[$0.element] ^ ($0.offset == 1 ? 0x0101 : 0) }
        #expect(try key("3des-cbc", from: [alike, parts]) == bytes(parts))
    }

    @Test func bytesOfDESHaveOddParityAndOthersAreLeftAlone() throws {
        #expect(try key("des-cbc", from: [[0x0022_4466_88aa_ccee]]) == bytes([0x0123_4567_89ab_cdef]))
        let zeros = [UInt64](repeating: 0, count: 4)
        #expect(try key("aes-cbc", from: [zeros]) == bytes(zeros))
    }

    @Test func whatFailsToFillIsNoKey() throws {
        let row = try row("aes-cbc")
        #expect(throws: KernelErrno.noFunction) {
            try row.newKey(ofBits: 256) { _ throws(KernelErrno) in throw .noFunction }
        }
    }
}
