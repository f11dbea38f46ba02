// Numbers into byte buffers without an intermediate String: dumps of 100,000 entries are made of these.

extension [UInt8] {
    /// Appends `value` in decimal.
    @inlinable
    package mutating func append(decimal value: some BinaryInteger) {
        var rest = UInt64(truncatingIfNeeded: value.magnitude)
        if value < 0 { append(UInt8(ascii: "-")) }
        let start = count
        repeat {
            append(48 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }

    /// Appends `value` in lower-case hexadecimal with at least `width` digits, at most 16.
    @inlinable
    package mutating func append(hexadecimal value: some FixedWidthInteger & UnsignedInteger, width: Int = 1) {
        let bits = UInt64(truncatingIfNeeded: value)
        var digits = 16 - bits.leadingZeroBitCount / 4
        digits = Swift.max(digits, Swift.min(width, 16))
        for digit in stride(from: digits - 1, through: 0, by: -1) {
            let nibble = UInt8(truncatingIfNeeded: bits >> UInt64(4 * digit)) & 15
            append(nibble < 10 ? 48 + nibble : 87 + nibble)
        }
    }

    /// Appends the UTF-8 of `text`.
    @inlinable
    package mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { unsafe append(contentsOf: $0) }
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
