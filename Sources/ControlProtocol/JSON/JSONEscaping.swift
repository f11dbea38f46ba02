// Text to JSON strings (RFC 8259, 7), by words of 8 bytes.
//
// A dump has about 480 bytes an SA, and an SA has a few microseconds from the kernel to the file. A word is therefore
// copied as it is, and of it counts what precedes the first byte that JSON treats otherwise. Byte by byte it was 18
// instructions out and 21 in.

import TextBytes

extension [UInt8] {
    /// Appends `text` as the inside of a JSON string, without the quotes; what is not UTF-8 becomes U+FFFD.
    mutating func append(escapedForJSON text: Span<UInt8>) {
        let start = count
        var all: UInt64 = 0
        var index = 0
        if text.count <= 4 * ByteWord.byteCount {
            all = append(escapingShort: text)
        } else {
            while index < text.count { all |= append(escaping: text, at: &index) }
        }
        guard ByteWord(bits: all).nonASCII != 0, (try? UTF8Span(validating: text)) == nil else { return }
        // Rare: what has just been appended is no JSON.
        removeLast(count - start)
        let repaired = Array(String(decoding: Array(copying: text), as: UTF8.self).utf8)
        append(escapedForJSON: repaired.span)
    }

    /// Appends a text for which words are not worth their trouble: a name, an address, a word.
    ///
    /// - Returns: All of it, ORed together.
    private mutating func append(escapingShort text: Span<UInt8>) -> UInt64 {
        var all: UInt8 = 0
        append(addingCapacity: JSONEscape.maximumByteCount * text.count) { output in
            all = output.append(escapedForJSON: text)
        }
        return UInt64(all)
    }

    /// Appends what there is room for of `text` from `index` on, which is then where the rest begins.
    ///
    /// - Returns: All of it, ORed together.
    private mutating func append(escaping text: Span<UInt8>, at index: inout Int) -> UInt64 {
        let rest = Swift.min(text.count - index, 4096)
        let room = rest + rest / 4 + 2 * ByteWord.byteCount
        var all: UInt64 = 0
        append(addingCapacity: room) { output in
            output.append(repeating: 0, count: room)
            var target = output.mutableSpan
            let used = target.write(escaping: text, at: &index, seen: &all)
            output.removeLast(room - used)
        }
        return all
    }

    /// The bytes of `span`.
    init(copying span: Span<UInt8>) {
        self.init(capacity: span.count) { output in
            for index in span.indices { output.append(span[index]) }
        }
    }
}

extension MutableSpan<UInt8> {
    /// Writes `text` from `index` on with escapes where JSON wants them, as long as a word has room.
    ///
    /// - Parameter seen: Gets the bits of all bytes that were looked at.
    /// - Returns: How many bytes were written.
    fileprivate mutating func write(escaping text: Span<UInt8>, at index: inout Int, seen: inout UInt64) -> Int {
        let escapes = JSONEscape.all
        let limit = count - ByteWord.byteCount
        var position = index
        var written = 0
        var all: UInt64 = 0
        while position < text.count, written <= limit {
            if position <= text.count - ByteWord.byteCount {
                let word = ByteWord(text, at: position)
                store(word, at: written)
                let ordinary = ByteWord.firstIndex(in: word.extraordinary)
                all |= word.bits
                position += ordinary
                written += ordinary
                guard ordinary < ByteWord.byteCount, written <= limit else { continue }
            }
            let byte = text[position]
            let escape = escapes[Int(byte)]
            store(ByteWord(bits: escape.bits), at: written)
            all |= UInt64(byte)
            position += 1
            written += escape.byteCount
        }
        index = position
        seen |= all
        return written
    }
}
