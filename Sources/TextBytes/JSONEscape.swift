/// What a byte becomes inside a JSON string (RFC 8259, 7).
package struct JSONEscape: Sendable {
    /// The most bytes that one becomes.
    package static let maximumByteCount = 6

    /// The first byte is the lowest.
    package private(set) var bits: UInt64 = 0
    /// How many bytes of ``bits`` count.
    package private(set) var byteCount = 0

    /// By byte; most become themselves.
    package static let all = (0...UInt8.max).map { JSONEscape(of: $0) }

    /// By the letter that follows a backslash, the byte that the two stand for; 0 for every other letter.
    package static let meanings: [UInt8] = {
        var meanings = [UInt8](repeating: 0, count: 256)
        for (letter, byte) in pairs { meanings[Int(letter)] = byte }
        meanings[Int(UInt8(ascii: "/"))] = UInt8(ascii: "/")
        return meanings
    }()

    /// The letters of the short escapes, and what they stand for.
    private static let pairs = zip(Array("\"\\bfnrt".utf8), [0x22, 0x5c, 0x08, 0x0c, 0x0a, 0x0d, 0x09] as [UInt8])

    private init(of byte: UInt8) {
        if let (letter, _) = Self.pairs.first(where: { $0.1 == byte }) {
            append(UInt8(ascii: "\\"))
            append(letter)
        } else if byte < 0x20 {
            for sign in Array("\\u00".utf8) { append(sign) }
            for nibble in [byte >> 4, byte & 15] { append(nibble < 10 ? 48 + nibble : 87 + nibble) }
        } else {
            append(byte)
        }
    }

    private mutating func append(_ byte: UInt8) {
        bits |= UInt64(byte) << UInt64(8 * byteCount)
        byteCount += 1
    }
}

extension OutputSpan<UInt8> {
    /// Appends `text` as the inside of a JSON string; there must be room for ``JSONEscape/maximumByteCount`` bytes for
    /// each of its.
    package mutating func append(escapedForJSON text: String) {
        append(escapedForJSON: text.utf8Span.span)
    }

    /// The same of the UTF-8 of a text.
    ///
    /// - Returns: All of it, ORed together.
    @discardableResult
    package mutating func append(escapedForJSON text: Span<UInt8>) -> UInt8 {
        let escapes = JSONEscape.all
        var all: UInt8 = 0
        for index in text.indices {
            let byte = text[index]
            all |= byte
            append(escapes[Int(byte)].byteCount, of: escapes[Int(byte)].bits)
        }
        return all
    }
}
