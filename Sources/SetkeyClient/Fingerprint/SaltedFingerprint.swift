import IPsec

/// Fingerprints of keys that two people compare: the same on all machines for the same key, algorithm and salt.
///
/// 64 bits of a ``KeyDigest``, whose nonce is the salt. The salt keeps tables that were made beforehand from being of use.
package struct SaltedFingerprint: Sendable {
    /// How long a salt may be.
    package static let maximumSaltBytes = 64
    /// Without letters and digits that sound or look alike.
    private static let letters = Array("abcdefghkmnpqrstwxyz23456789")
    private static let byteCount = 8

    /// What both ends have to know.
    package let salt: String

    /// - Parameter salt: without one, two groups of letters and digits are drawn.
    package init(salt: String? = nil) {
        var generator = SystemRandomNumberGenerator()
        func group() -> String {
            String((0..<4).compactMap { _ in Self.letters.randomElement(using: &generator) })
        }
        self.salt = salt ?? "\(group())-\(group())"
    }

    /// Whether `salt` can be printed to be pasted into a shell: it is a word there that means nothing else, and no option.
    package static func isUsable(_ salt: String) -> Bool {
        (1...maximumSaltBytes).contains(salt.utf8.count) && !salt.hasPrefix("-")
            && salt.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-_.".utf8.contains(byte)
                }
            }
    }

    /// The 16 hexadecimal digits of a key.
    ///
    /// - Parameters:
    ///   - digits: the key, in hexadecimal.
    package func digits(ofKey digits: String, algorithm: String) -> String {
        KeyDigest(nonce: Array(salt.utf8)).digest(of: Self.bytes(digits).span, algorithm: algorithm)
            .prefix(Self.byteCount).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    private static func bytes(_ digits: String) -> [UInt8] {
        let values = digits.utf8.map { UInt8(Character(Unicode.Scalar($0)).hexDigitValue ?? 0) }
        return stride(from: 0, to: values.count - 1, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }
}
