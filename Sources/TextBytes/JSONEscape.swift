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

extension ByteWord {
    /// Where a byte does not stand in a JSON string as it is.
    @inlinable @inline(__always)
    package var extraordinary: UInt64 {
        // With this bit turned over the quote is 0x20, and what was below stays there.
        let turned = ByteWord(bits: bits ^ Self.repeating(UInt8(ascii: "\"") ^ 0x20))
        return turned.mask(below: 0x21) | mask(of: UInt8(ascii: "\\"))
    }
}

extension OutputSpan<UInt8> {
    /// Appends what `source`, the inside of a JSON string, stands for from `index` on, which is then where it stopped: at
    /// something rarer than a byte that stands for itself or a backslash with one letter, or where less than a word and a
    /// letter behind it is left.
    ///
    /// There must be room for the rest of `source` and a word: nothing is longer than its escape.
    /// - Returns: All that was looked at, ORed together.
    package mutating func append(unescaping source: Span<UInt8>, at index: inout Int) -> UInt64 {
        precondition(index >= 0 && index <= source.count)
        precondition(source.count - index + ByteWord.byteCount <= freeCapacity)
        return unsafe source.withUnsafeBytes { source in
            unsafe withUnsafeMutableBufferPointer { output, used in
                guard let base = source.baseAddress, let target = output.baseAddress else { return 0 }
                let rest = unsafe UnsafeRawBufferPointer(start: base + index, count: source.count - index)
                let done = unsafe rest.unescape(to: UnsafeMutableRawPointer(target + used), JSONEscape.meanings)
                index += done.read
                used += done.written
                return done.seen
            }
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Writes what it stands for to `target`, where there is room for as much as it has and a word.
    fileprivate func unescape(
        to target: UnsafeMutableRawPointer, _ meanings: [UInt8]
    ) -> (read: Int, written: Int, seen: UInt64) {
        let backslash = UInt8(ascii: "\\")
        // What is written never gets ahead of what is read, so that this bounds both.
        let end = count - ByteWord.byteCount
        var (read, written, seen) = (0, 0, UInt64(0))
        while read < end {
            let word = unsafe ByteWord(bits: UInt64(littleEndian: loadUnaligned(fromByteOffset: read, as: UInt64.self)))
            unsafe target.storeBytes(of: word.bits.littleEndian, toByteOffset: written, as: UInt64.self)
            seen |= word.bits
            let extraordinary = word.extraordinary
            guard extraordinary != 0 else {
                read &+= ByteWord.byteCount
                written &+= ByteWord.byteCount
                continue
            }
            read &+= ByteWord.firstIndex(in: extraordinary)
            written &+= ByteWord.firstIndex(in: extraordinary)
            // Escapes come in pairs, too: a line end and a tab.
            repeat {
                let meaning = unsafe meanings[Int(self[read &+ 1])]
                guard unsafe self[read] == backslash, meaning != 0 else { return (read, written, seen) }
                unsafe target.storeBytes(of: meaning, toByteOffset: written, as: UInt8.self)
                read &+= 2
                written &+= 1
            } while unsafe read < end && self[read] == backslash
        }
        return (read, written, seen)
    }
}
