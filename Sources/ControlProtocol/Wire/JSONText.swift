// JSON strings (RFC 8259, 7) to bytes and from bytes, for the texts that come by the megabyte.
//
// Measured on frames of 64 KiB of dump (450 bytes an SA) and 256 KiB of statements, release build, ns a byte:
//
//                          real CPU             the test VM, whose emulated CPU pays for calls
//     FoundationEssentials 1.6 out, 4.1 in      20 out, 60 in
//     these loops          0.8 out, 0.7 in       6 out,  8 in
//
// In the VM 36 us an SA would go into JSON, of the 46 that the whole way from the kernel to the file may take; so it is
// 6. The loops call nothing for an ordinary byte; going by words of 8 bytes was measured too, and is slower.

import IPsec

extension [UInt8] {
    /// Appends `text` as the inside of a JSON string, without the quotes; what is not UTF-8 becomes U+FFFD.
    mutating func append(escapedForJSON text: [UInt8]) {
        let start = count
        let isASCII = append(escapedBytes: text)
        guard !isASCII, !text.isUTF8 else { return }
        // Rare: what has just been appended is no JSON.
        let repaired = Array(String(decoding: text, as: UTF8.self).utf8)
        removeLast(count - start)
        _ = append(escapedBytes: repaired)
    }

    /// Appends `text` escaped, and tells whether all of it is ASCII.
    private mutating func append(escapedBytes text: [UInt8]) -> Bool {
        reserveCapacity(count + text.count + text.count / 8)
        var isASCII = true
        // By parts, since one byte can become six.
        for start in stride(from: 0, to: text.count, by: 4096) {
            let part = text.span.extracting(start..<Swift.min(start + 4096, text.count))
            append(addingCapacity: 6 * part.count) { output in
                var all: UInt8 = 0
                for index in part.indices {
                    all |= part[index]
                    output.append(escapedForJSON: part[index])
                }
                if all >= 0x80 { isASCII = false }
            }
        }
        return isASCII
    }

    /// The bytes that the JSON string at the front of `body`, its opening quote cut off, stands for.
    ///
    /// - Parameter end: Set to the index in `body` after the closing quote.
    init(unescapingJSON body: Span<UInt8>, end: inout Int) throws(FrameError) {
        var length = 0
        var isASCII = true
        self = try [UInt8](capacity: body.count) { output throws(FrameError) in
            (length, isASCII) = try output.append(unescapedJSON: body)
        }
        end = length
        guard isASCII || isUTF8 else { throw .malformed(reason: "a string that is not UTF-8") }
    }

    /// Whether the bytes are UTF-8.
    fileprivate var isUTF8: Bool {
        (try? UTF8Span(validating: span)) != nil
    }
}

extension OutputSpan<UInt8> {
    /// Appends what the string at the front of `body` stands for, up to its closing quote.
    ///
    /// - Returns: The string's length with that quote, and whether all of it is ASCII.
    fileprivate mutating func append(unescapedJSON body: Span<UInt8>) throws(FrameError) -> (Int, isASCII: Bool) {
        var index = 0
        var all: UInt8 = 0
        while index < body.count {
            let byte = body[index]
            index += 1
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                all |= byte
                append(byte)
            } else if byte == UInt8(ascii: "\\") {
                try append(unescaping: body, at: &index)
            } else if byte == UInt8(ascii: "\"") {
                return (index, all < 0x80)
            } else {
                throw .malformed(reason: "a control character in a string")
            }
        }
        throw .malformed(reason: "a string without its end")
    }

    /// Appends `byte`, escaped if JSON wants it so: at most six bytes.
    @inline(__always)
    fileprivate mutating func append(escapedForJSON byte: UInt8) {
        if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { return append(byte) }
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\n"): append(UInt8(ascii: "n"))
        case UInt8(ascii: "\t"): append(UInt8(ascii: "t"))
        case UInt8(ascii: "\r"): append(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        default: appendUnicodeEscape(byte)
        }
    }

    /// Appends what follows the backslash of a control character: `u00` and two digits.
    private mutating func appendUnicodeEscape(_ byte: UInt8) {
        append(UInt8(ascii: "u"))
        append(UInt8(ascii: "0"))
        append(UInt8(ascii: "0"))
        for nibble in [byte >> 4, byte & 15] { append(nibble < 10 ? 48 + nibble : 87 + nibble) }
    }

    /// Appends what the escape stands for whose backslash precedes `index`; never more bytes than the escape has.
    @inline(__always)
    fileprivate mutating func append(unescaping body: Span<UInt8>, at index: inout Int) throws(FrameError) {
        guard index < body.count else { throw .malformed(reason: "a string without its end") }
        let letter = body[index]
        index += 1
        switch letter {
        case UInt8(ascii: "n"): append(UInt8(ascii: "\n"))
        case UInt8(ascii: "t"): append(UInt8(ascii: "\t"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): append(letter)
        case UInt8(ascii: "r"): append(UInt8(ascii: "\r"))
        case UInt8(ascii: "b"): append(0x08)
        case UInt8(ascii: "f"): append(0x0c)
        case UInt8(ascii: "u"): try appendScalar(body, at: &index)
        default: throw .malformed(reason: "an unknown escape in a string")
        }
    }

    /// Appends the UTF-8 of `\uXXXX`, or of a pair of surrogates.
    private mutating func appendScalar(_ body: Span<UInt8>, at index: inout Int) throws(FrameError) {
        let unpaired = FrameError.malformed(reason: "half of a surrogate pair in a string")
        var value = try codeUnit(body, at: &index)
        if value & 0xfc00 == 0xd800 {
            guard index + 1 < body.count, body[index] == UInt8(ascii: "\\"), body[index + 1] == UInt8(ascii: "u") else {
                throw unpaired
            }
            index += 2
            let low = try codeUnit(body, at: &index)
            guard low & 0xfc00 == 0xdc00 else { throw unpaired }
            value = 0x10000 + ((value & 0x3ff) << 10) + (low & 0x3ff)
        }
        guard let scalar = Unicode.Scalar(value) else { throw unpaired }
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { append(byte) }
    }

    /// The four hexadecimal digits at `index`.
    private func codeUnit(_ body: Span<UInt8>, at index: inout Int) throws(FrameError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard index < body.count, let digit = body[index].hexadecimalDigitValue else {
                throw .malformed(reason: "an escape without its four digits in a string")
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }
}
