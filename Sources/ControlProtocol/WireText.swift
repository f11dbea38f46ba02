/// Text on its way to or from a JSON string, as the bytes of its UTF-8.
///
/// The parser reads bytes and the dump writes bytes: a `String` in between would be checked and copied for nothing.
/// JSON strings are Unicode, so bytes that are not UTF-8 do not travel: whoever encodes them sends U+FFFD instead.
package struct WireText: Hashable, Sendable, Codable, ExpressibleByStringLiteral {
    /// The UTF-8.
    package var bytes: [UInt8]

    /// The text whose UTF-8 is `bytes`.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The text `string`.
    package init(_ string: String) {
        bytes = Array(string.utf8)
    }

    package init(stringLiteral value: String) {
        self.init(value)
    }

    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// The text as a string; bytes that are not UTF-8 become U+FFFD.
    package var string: String {
        String(decoding: bytes, as: UTF8.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(string)
    }
}
