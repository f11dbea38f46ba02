// Numbers into byte buffers without an intermediate String: dumps of 100,000 entries are made of these.

extension [UInt8] {
    /// Appends `value` in decimal.
    @inlinable
    package mutating func append(decimal value: some BinaryInteger) {
        if value < 0 { append(UInt8(ascii: "-")) }
        appendDecimal(UInt64(truncatingIfNeeded: value.magnitude))
    }

    /// The digits of `value`; one growth of the array for all of them.
    @usableFromInline
    mutating func appendDecimal(_ value: UInt64) {
        if value < 10 { return append(48 + UInt8(truncatingIfNeeded: value)) }
        append(addingCapacity: 20) { output in output.append(decimal: value, width: 1) }
    }

    /// Appends `value` in lower-case hexadecimal with at least `width` digits, at most 16.
    @inlinable
    package mutating func append(hexadecimal value: some FixedWidthInteger & UnsignedInteger, width: Int = 1) {
        appendHexadecimal(UInt64(truncatingIfNeeded: value), width: width)
    }

    @usableFromInline
    mutating func appendHexadecimal(_ bits: UInt64, width: Int) {
        let digits = Swift.max(16 - bits.leadingZeroBitCount / 4, Swift.min(width, 16))
        append(addingCapacity: 16) { output in
            for digit in stride(from: digits - 1, through: 0, by: -1) {
                let nibble = UInt8(truncatingIfNeeded: bits >> UInt64(4 * digit)) & 15
                output.append(nibble < 10 ? 48 + nibble : 87 + nibble)
            }
        }
    }

    /// Appends the UTF-8 of `text`.
    @inlinable
    package mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { unsafe append(contentsOf: $0) }
    }
}

extension OutputSpan<UInt8> {
    /// Appends the UTF-8 of `text`, for which there must be room.
    @inlinable
    package mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes in
            for index in 0..<bytes.count { append(unsafe bytes[index]) }
        }
    }

    /// Appends `value` in decimal: at most 20 bytes, for which there must be room.
    package mutating func append(decimal value: UInt64) {
        if value < 10 { return append(48 + UInt8(truncatingIfNeeded: value)) }
        append(decimal: value, width: 1)
    }

    /// Appends `value` in decimal with at least `width` digits: at most 20 bytes, for which there must be room.
    fileprivate mutating func append(decimal value: UInt64, width: Int) {
        if value >= 100_000_000 {
            append(decimal: value / 100_000_000, width: 1)
            return append(decimal: value % 100_000_000, width: 8)
        }
        // Digits come from the last to the first; the word that holds them turns them round.
        var digits: UInt64 = 0
        var digitCount = 0
        var rest = UInt32(truncatingIfNeeded: value)
        repeat {
            digits = digits << 8 | UInt64(48 + rest % 10)
            rest /= 10
            digitCount += 1
        } while rest > 0 || digitCount < width
        for _ in 0..<digitCount {
            append(UInt8(truncatingIfNeeded: digits))
            digits >>= 8
        }
    }

    /// Appends `value` in decimal: at most 3 bytes, for which there must be room.
    @inlinable @inline(__always)
    package mutating func append(decimal value: UInt8) {
        if value >= 100 { append(48 + value / 100) }
        if value >= 10 { append(48 + value / 10 % 10) }
        append(48 + value % 10)
    }
}

extension UInt8 {
    /// The value of an ASCII hexadecimal digit, 0...15; `nil` for any other byte.
    @inlinable @inline(__always)
    package var hexadecimalDigitValue: UInt8? {
        switch self {
        case 48...57: self - 48
        case 97...102: self - 87
        case 65...70: self - 55
        default: nil
        }
    }
}
