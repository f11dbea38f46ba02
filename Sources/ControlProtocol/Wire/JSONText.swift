// JSON strings (RFC 8259, 7) to bytes and from bytes, for the texts that come by the megabyte.
//
// A dump has about 480 bytes an SA, and an SA has a few microseconds from the kernel to the file. Both directions
// therefore go by words of 8 bytes: a word is copied as it is, and of it counts what stands before the first byte that
// JSON treats otherwise. Byte by byte it was 18 instructions out and 21 in.

import IPsec
import TextBytes

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
        reserveCapacity(count + text.count + text.count / 8 + 8)
        // By parts, since one byte can become six.
        let partSize = Swift.min(text.count, 4096)
        var part = JSONOutput(capacity: 6 * partSize)
        var all: UInt64 = 0
        for start in stride(from: 0, to: text.count, by: 4096) {
            part.removeAll()
            all |= part.append(escaping: text.span.extracting(start..<Swift.min(start + 4096, text.count)))
            append(contentsOf: part.bytes[..<part.count])
        }
        return ByteWord(bits: all).nonASCII == 0
    }

    /// The bytes that the JSON string at the front of `body`, its opening quote cut off, stands for.
    ///
    /// - Parameter end: Set to the index in `body` after the closing quote.
    init(unescapingJSON body: Span<UInt8>, end: inout Int) throws(FrameError) {
        var output = JSONOutput(capacity: body.count)
        let all = try output.append(unescaping: body, end: &end)
        output.bytes.removeLast(output.bytes.count - output.count)
        self = output.bytes
        let isASCII = ByteWord(bits: all).nonASCII == 0
        guard isASCII || isUTF8 else { throw .malformed(reason: "a string that is not UTF-8") }
    }

    /// Whether the bytes are UTF-8.
    fileprivate var isUTF8: Bool {
        (try? UTF8Span(validating: span)) != nil
    }
}

extension ByteWord {
    /// How many bytes, from the first on, stand in a JSON string as they are.
    @inline(__always)
    fileprivate var ordinaryByteCount: Int {
        Self.firstIndex(in: mask(below: 0x20) | mask(of: UInt8(ascii: "\"")) | mask(of: UInt8(ascii: "\\")))
    }
}

/// What a byte becomes inside a JSON string: at most six bytes.
private struct JSONEscape {
    /// The first byte is the lowest.
    private(set) var bits: UInt64 = 0
    private(set) var byteCount = 0

    /// By byte; most become themselves.
    static let all = (0...UInt8.max).map { JSONEscape(of: $0) }

    private init(of byte: UInt8) {
        let letter: UInt8? =
            switch byte {
            case UInt8(ascii: "\n"): UInt8(ascii: "n")
            case UInt8(ascii: "\t"): UInt8(ascii: "t")
            case UInt8(ascii: "\r"): UInt8(ascii: "r")
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
            default: nil
            }
        if letter != nil || byte < 0x20 { append(UInt8(ascii: "\\")) }
        if let letter {
            append(letter)
        } else if byte < 0x20 {
            for digit in Array("u00".utf8) { append(digit) }
            for nibble in [byte >> 4, byte & 15] { append(nibble < 10 ? 48 + nibble : 87 + nibble) }
        } else {
            append(byte)
        }
    }

    private mutating func append(_ byte: UInt8) {
        bits |= UInt64(byte) << UInt64(8 * byteCount)
        byteCount += 1
    }

    /// By the letter behind a backslash, the byte that the two stand for; 0 for every other letter.
    static let meanings: [UInt8] = {
        var meanings = [UInt8](repeating: 0, count: 256)
        for letter in Array("\"\\/".utf8) { meanings[Int(letter)] = letter }
        for (letter, byte) in zip(Array("bfnrt".utf8), [0x08, 0x0c, 0x0a, 0x0d, 0x09] as [UInt8]) {
            meanings[Int(letter)] = byte
        }
        return meanings
    }()
}

/// Bytes on their way into or out of a JSON string: room that is made once, and how much of it is used.
private struct JSONOutput {
    /// The room; behind ``count`` there is nothing of meaning.
    var bytes: [UInt8]
    private(set) var count = 0

    /// Room for `capacity` bytes, and for the word that is stored before it is known how much of it counts.
    init(capacity: Int) {
        bytes = [UInt8](repeating: 0, count: capacity + ByteWord.byteCount)
    }

    mutating func removeAll() {
        count = 0
    }

    @inline(__always)
    private mutating func append(_ byte: UInt8) {
        bytes[count] = byte
        count += 1
    }

    /// Appends `text` with escapes where JSON wants them, at most six bytes for one.
    ///
    /// - Returns: All of it, ORed together.
    mutating func append(escaping text: Span<UInt8>) -> UInt64 {
        let escapes = JSONEscape.all
        var all: UInt64 = 0
        var index = 0
        var output = count
        var span = bytes.mutableSpan
        // The span checks the bounds, and any integer is bytes.
        var target = unsafe span.mutableBytes
        while index < text.count {
            if index <= text.count - ByteWord.byteCount {
                let word = ByteWord(text, at: index)
                target.storeBytes(of: word.bits.littleEndian, toByteOffset: output, as: UInt64.self)
                let ordinary = word.ordinaryByteCount
                all |= word.bits
                index += ordinary
                output += ordinary
                guard ordinary < ByteWord.byteCount else { continue }
            }
            let byte = text[index]
            let escape = escapes[Int(byte)]
            target.storeBytes(of: escape.bits.littleEndian, toByteOffset: output, as: UInt64.self)
            all |= UInt64(byte)
            index += 1
            output += escape.byteCount
        }
        count = output
        return all
    }

    /// Appends what `source` means from `index` on, up to something rarer than a byte that stands for itself or a
    /// backslash with one letter, or to where no whole word is left.
    ///
    /// - Returns: All that was looked at, ORed together.
    @inline(__always)
    private mutating func appendCommonBytes(of source: Span<UInt8>, at index: inout Int) -> UInt64 {
        let meanings = JSONEscape.meanings
        var all: UInt64 = 0
        var position = index
        var output = count
        var span = bytes.mutableSpan
        // The span checks the bounds, and any integer is bytes.
        var target = unsafe span.mutableBytes
        // One more byte than a word: the letter behind a backslash.
        while position < source.count - ByteWord.byteCount {
            let word = ByteWord(source, at: position)
            target.storeBytes(of: word.bits.littleEndian, toByteOffset: output, as: UInt64.self)
            let ordinary = word.ordinaryByteCount
            all |= word.bits
            position += ordinary
            output += ordinary
            guard ordinary < ByteWord.byteCount else { continue }
            let meaning = meanings[Int(source[position + 1])]
            guard source[position] == UInt8(ascii: "\\"), meaning != 0 else { break }
            target.storeBytes(of: meaning, toByteOffset: output, as: UInt8.self)
            position += 2
            output += 1
        }
        index = position
        count = output
        return all
    }

    /// Appends what the string at the front of `body` stands for, up to its closing quote.
    ///
    /// - Parameter end: Set to the string's length with that quote.
    /// - Returns: All of it, ORed together, and maybe some bytes that follow.
    mutating func append(unescaping body: Span<UInt8>, end: inout Int) throws(FrameError) -> UInt64 {
        var index = 0
        var all: UInt64 = 0
        while true {
            all |= appendCommonBytes(of: body, at: &index)
            guard index < body.count else { throw .malformed(reason: "an unterminated string") }
            let byte = body[index]
            index += 1
            if byte == UInt8(ascii: "\\") {
                try append(unescapingEscapeOf: body, at: &index)
            } else if byte == UInt8(ascii: "\"") {
                end = index
                return all
            } else if byte < 0x20 {
                throw .malformed(reason: "a control character in a string")
            } else {
                all |= UInt64(byte)
                append(byte)
            }
        }
    }

    /// Appends what the escape stands for whose backslash precedes `index`; never more bytes than the escape has.
    @inline(__always)
    private mutating func append(unescapingEscapeOf body: Span<UInt8>, at index: inout Int) throws(FrameError) {
        guard index < body.count else { throw .malformed(reason: "an unterminated string") }
        let letter = body[index]
        index += 1
        if letter == UInt8(ascii: "u") { return try appendScalar(body, at: &index) }
        let meaning = JSONEscape.meanings[Int(letter)]
        guard meaning != 0 else { throw .malformed(reason: "an unknown escape in a string") }
        append(meaning)
    }

    /// Appends the UTF-8 of an escape by number, `\u` and four digits, or of a pair of surrogates.
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
