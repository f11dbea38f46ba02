/// What the keys of DES and triple DES have that others have not: parity bits, and weak ones among them.
enum DESKey {
    private static let byteCount = 8

    /// Gives each byte an odd number of ones, by its lowest bit, which encrypts nothing (FIPS 46-3).
    static func setParity(of key: inout MutableSpan<UInt8>) {
        for index in 0..<key.count {
            let bits = key[index] & 0xfe
            key[index] = bits | UInt8(1 - bits.nonzeroBitCount % 2)
        }
    }

    /// Whether one of its keys, with odd parity, is weak or semi-weak, or two of them are the same, so that two of three
    /// passes undo each other (NIST SP 800-67, 3.3).
    static func isWeak(_ key: Span<UInt8>) -> Bool {
        let parts = stride(from: 0, to: key.count, by: byteCount).map { start in
            (start..<start + byteCount).map { key[$0] }
        }
        return Set(parts).count < parts.count || parts.contains(where: hasFewRoundKeys)
    }

    /// The 4 weak and the 12 semi-weak keys: those of which the key schedule makes one round key, or two.
    private static func hasFewRoundKeys(_ key: [UInt8]) -> Bool {
        /// What stands in the second half of the key for a byte of the first.
        let counterparts: [UInt8: UInt8] = [0x01: 0x01, 0x1f: 0x0e, 0xe0: 0xf1, 0xfe: 0xfe]
        let (first, second) = (key[0], key[1])
        guard let third = counterparts[first], let fourth = counterparts[second] else { return false }
        return key == [first, second, first, second, third, fourth, third, fourth]
    }
}
