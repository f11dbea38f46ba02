import TextBytes

// What is asked of the bytes of a text.

extension Span<UInt8> {
    /// Whether the text begins with what some editors put in front of UTF-8.
    var hasByteOrderMark: Bool {
        count >= 3 && self[0] == 0xef && self[1] == 0xbb && self[2] == 0xbf
    }

    func contains(_ byte: UInt8) -> Bool { firstIndex(of: byte) != nil }

    func firstIndex(of byte: UInt8) -> Int? { firstIndex(of: byte, in: indices) }

    /// Where `byte` first is in `range`.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        var index = range.lowerBound
        while index < range.upperBound, index <= count - ByteWord.byteCount {
            let others = ByteWord.firstIndex(in: ByteWord(self, at: index).mask(of: byte))
            index += others
            if others < ByteWord.byteCount { return index < range.upperBound ? index : nil }
        }
        while index < range.upperBound {
            if self[index] == byte { return index }
            index += 1
        }
        return nil
    }

    @inline(__always)
    func allSatisfy(_ predicate: (UInt8) -> Bool) -> Bool {
        for index in indices where !predicate(self[index]) { return false }
        return true
    }

    @inline(__always)
    var areDecimalDigits: Bool { allSatisfy { $0 &- 48 < 10 } }

    /// The value of decimal digits; `nil` for anything else, and for more than `maximum`.
    func decimal(upTo maximum: UInt64) -> UInt64? {
        guard !isEmpty else { return nil }
        var value: UInt64 = 0
        for index in indices {
            let digit = self[index] &- 48
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            guard digit < 10, !overflow, !carry, sum <= maximum else { return nil }
            value = sum
        }
        return value
    }

    /// The value of hexadecimal digits; `nil` for anything else, and for more than `maximum`.
    func hexadecimal(upTo maximum: UInt64) -> UInt64? {
        guard !isEmpty else { return nil }
        var value: UInt64 = 0
        for index in indices {
            guard let digit = self[index].hexadecimalDigitValue, value <= maximum >> 4 else { return nil }
            value = value << 4 | UInt64(digit)
        }
        return value <= maximum ? value : nil
    }

    /// Whether the bytes are those of `word`.
    func elementsEqual(_ word: StaticString) -> Bool {
        guard word.utf8CodeUnitCount == count else { return false }
        for index in indices where word.byte(at: index) != self[index] { return false }
        return true
    }

    /// The bytes of the UTF-8 scalar at `offset` (RFC 3629, 4); 0 where there is none.
    func scalarLength(at offset: Int) -> Int {
        let first = self[offset]
        let (length, second): (Int, ClosedRange<UInt8>) =
            switch first {
            case 0x00...0x7f: (1, 0...0xff)
            case 0xc2...0xdf: (2, 0x80...0xbf)
            case 0xe0: (3, 0xa0...0xbf)
            case 0xed: (3, 0x80...0x9f)
            case 0xe1...0xef: (3, 0x80...0xbf)
            case 0xf0: (4, 0x90...0xbf)
            case 0xf1...0xf3: (4, 0x80...0xbf)
            case 0xf4: (4, 0x80...0x8f)
            default: (0, 0...0)
            }
        guard length > 1 else { return length }
        guard offset + length <= count, second.contains(self[offset + 1]) else { return 0 }
        for index in (offset + 2)..<(offset + length) where self[index] & 0xc0 != 0x80 { return 0 }
        return length
    }
}

// MARK: Hexadecimal digits

extension Span<UInt8> {
    /// Whether `0x` stands at `start`.
    @inline(__always)
    func hasHexadecimalPrefix(at start: Int) -> Bool {
        start + 2 <= count && self[start] == UInt8(ascii: "0") && self[start + 1] | 0x20 == UInt8(ascii: "x")
    }

    /// Where hexadecimal digits end that begin at `start`.
    func endOfHexadecimalDigits(from start: Int) -> Int {
        var end = start
        while end <= count - ByteWord.byteCount, ByteWord(self, at: end).isHexadecimal { end += ByteWord.byteCount }
        while end < count, self[end].hexadecimalDigitValue != nil { end += 1 }
        return end
    }

    /// Whether all bytes are hexadecimal digits.
    var areHexadecimalDigits: Bool { endOfHexadecimalDigits(from: 0) == count }

    /// Fills `bytes` from twice as many digits, eight digits at a time, as long as they last.
    func decodeHexadecimalDigits(to bytes: inout MutableSpan<UInt8>) {
        var index = 0
        while index <= bytes.count - 4 {
            bytes.store(ByteWord(self, at: 2 * index).valueOfDigits, at: index)
            index += 4
        }
        while index < bytes.count {
            let high = self[2 * index].hexadecimalDigitValue ?? 0
            bytes[index] = high << 4 | (self[2 * index + 1].hexadecimalDigitValue ?? 0)
            index += 1
        }
    }
}

extension Span<UInt8> {
    /// A byte order mark, or a NUL beside each of the first characters.
    var looksLikeUTF16: Bool {
        guard count >= 2 else { return false }
        if min(self[0], self[1]) == 0xfe, max(self[0], self[1]) == 0xff { return true }
        guard count >= 4 else { return false }
        return (self[0] == 0) != (self[1] == 0) && (self[0] == 0) == (self[2] == 0)
            && (self[1] == 0) == (self[3] == 0)
    }
}
