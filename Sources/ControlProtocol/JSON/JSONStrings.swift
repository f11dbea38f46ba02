import TextBytes

/// The strings of a JSON text, unescaped, one behind the other.
///
/// Like JSONEscaping.swift it goes by words.
struct JSONStrings {
    private(set) var bytes: [UInt8] = []

    /// Room for the strings of a text of `capacity` bytes, none of which is longer unescaped, and for a word, which is
    /// written before it is known how much of it counts.
    init(capacity: Int) {
        bytes.reserveCapacity(capacity + ByteWord.byteCount)
    }

    var count: Int { bytes.count }

    subscript(index: Int) -> UInt8 { bytes[index] }

    /// Whether the bytes in the two ranges, which are of one length, are the same.
    func isEqual(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        var offset = 0
        while offset < left.count {
            guard bytes[left.lowerBound + offset] == bytes[right.lowerBound + offset] else { return false }
            offset += 1
        }
        return true
    }

    /// Appends `source` from `start` to `end` as it is.
    mutating func append(_ source: Span<UInt8>, from start: Int, to end: Int) {
        for index in start..<end { bytes.append(source[index]) }
    }

    /// Appends what the string stands for whose opening quote precedes `index`, which then is behind the closing one.
    mutating func append(unescaping source: Span<UInt8>, at index: inout Int) throws(JSONError) {
        let start = count
        let first = index
        let all = try append(source, at: &index)
        guard ByteWord(bits: all).nonASCII != 0 else { return }
        let text = bytes.span.extracting(start..<count)
        guard (try? UTF8Span(validating: text)) != nil else { throw JSONError(reason: .notUTF8, offset: first) }
    }

    /// - Returns: All of the string, ORed together, and maybe some bytes that follow.
    private mutating func append(_ source: Span<UInt8>, at index: inout Int) throws(JSONError) -> UInt64 {
        var all: UInt64 = 0
        while true {
            all |= appendCommonBytes(of: source, at: &index)
            guard index < source.count else { throw JSONError(reason: .unterminatedString, offset: index) }
            let byte = source[index]
            index += 1
            if byte == UInt8(ascii: "\\") {
                try appendEscape(of: source, at: &index)
            } else if byte == UInt8(ascii: "\"") {
                return all
            } else if byte < 0x20 {
                throw JSONError(reason: .controlCharacter, offset: index - 1)
            } else {
                all |= UInt64(byte)
                bytes.append(byte)
            }
        }
    }

    /// Appends what is common of it, by words (`OutputSpan.append(unescaping:at:)`).
    ///
    /// - Returns: All that was looked at, ORed together.
    private mutating func appendCommonBytes(of source: Span<UInt8>, at index: inout Int) -> UInt64 {
        var all: UInt64 = 0
        // There is so much room: nothing that was appended is longer than it was in the text.
        bytes.append(addingCapacity: source.count - index + ByteWord.byteCount) { output in
            all = output.append(unescaping: source, at: &index)
        }
        return all
    }

    /// Appends what the escape stands for whose backslash precedes `index`; never more bytes than the escape has.
    @inline(__always)
    private mutating func appendEscape(of source: Span<UInt8>, at index: inout Int) throws(JSONError) {
        guard index < source.count else { throw JSONError(reason: .unterminatedString, offset: index) }
        let letter = source[index]
        index += 1
        if letter == UInt8(ascii: "u") { return try appendScalar(of: source, at: &index) }
        let meaning = JSONEscape.meanings[Int(letter)]
        guard meaning != 0 else { throw JSONError(reason: .unknownEscape, offset: index - 1) }
        bytes.append(meaning)
    }

    /// Appends the UTF-8 of an escape by number, `\u` and four digits, or of a pair of surrogates.
    private mutating func appendScalar(of source: Span<UInt8>, at index: inout Int) throws(JSONError) {
        let unpaired = JSONError(reason: .unpairedSurrogate, offset: index)
        var value = try codeUnit(source, at: &index)
        if value & 0xfc00 == 0xd800 {
            guard index + 1 < source.count, source[index] == UInt8(ascii: "\\"), source[index + 1] == UInt8(ascii: "u")
            else { throw unpaired }
            index += 2
            let low = try codeUnit(source, at: &index)
            guard low & 0xfc00 == 0xdc00 else { throw unpaired }
            value = 0x10000 + ((value & 0x3ff) << 10) + (low & 0x3ff)
        }
        guard let scalar = Unicode.Scalar(value) else { throw unpaired }
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { bytes.append(byte) }
    }

    /// The four hexadecimal digits at `index`.
    private func codeUnit(_ source: Span<UInt8>, at index: inout Int) throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard index < source.count, let digit = source[index].hexadecimalDigitValue else {
                throw JSONError(reason: .escapeWithoutDigits, offset: index)
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }
}
