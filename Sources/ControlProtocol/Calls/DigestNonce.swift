package import IPsec
import TextBytes

/// What digests of keys are made with: 16 to 64 bytes, which travel as hexadecimal digits.
///
/// Whoever asks draws it anew for each comparison, so that a digest is of no use in another one.
package struct DigestNonce: Codable, Hashable, Sendable {
    /// How many bytes it may have.
    package static let byteCounts = 16...64

    private let digits: String

    /// What makes the digests.
    package let digest: KeyDigest

    /// - Returns: `nil` for what is no even number of hexadecimal digits, and for too few or too many bytes.
    package init?(digits: String) {
        let values = digits.utf8.compactMap(\.hexadecimalDigitValue)
        guard values.count == digits.utf8.count, values.count % 2 == 0,
            Self.byteCounts.contains(values.count / 2)
        else { return nil }
        let bytes = stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
        self.digits = digits
        digest = KeyDigest(nonce: bytes)
    }

    /// One of 32 bytes that is drawn now.
    package init() {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        var text: [UInt8] = []
        for byte in bytes { text.append(hexadecimal: byte, width: 2) }
        digits = String(decoding: text, as: UTF8.self)
        digest = KeyDigest(nonce: bytes)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let nonce = Self(digits: try container.decode(String.self)) else {
            throw DecodingError.typeMismatch(
                Self.self,
                DecodingError.Context(codingPath: container.codingPath, debugDescription: "no nonce"))
        }
        self = nonce
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(digits)
    }
}
