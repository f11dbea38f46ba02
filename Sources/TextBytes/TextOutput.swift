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
        append(addingCapacity: 20) { output in output.append(decimal: value) }
    }

    /// Appends `value` in lower-case hexadecimal with at least `width` digits, at most 16.
    @inlinable
    package mutating func append(hexadecimal value: some FixedWidthInteger & UnsignedInteger, width: Int = 1) {
        appendHexadecimal(UInt64(truncatingIfNeeded: value), width: width)
    }

    @usableFromInline
    mutating func appendHexadecimal(_ bits: UInt64, width: Int) {
        append(addingCapacity: 16) { output in
            let (high, low) = (UInt32(truncatingIfNeeded: bits >> 32), UInt32(truncatingIfNeeded: bits))
            guard high > 0 || width > 8 else { return output.append(hexadecimal: low, width: width) }
            output.append(hexadecimal: high, width: width - 8)
            output.append(hexadecimal: low, width: 8)
        }
    }

    /// Appends `bytes`, which may be many, in pieces of 1 KiB: the C library moves larger ones by an instruction that
    /// takes its time for each byte where the processor is emulated.
    package mutating func append(inPieces bytes: Span<UInt8>) {
        append(addingCapacity: bytes.count) { output in
            var start = 0
            while start < bytes.count {
                let end = Swift.min(start + 1024, bytes.count)
                output.append(contentsOf: bytes.extracting(start..<end))
                start = end
            }
        }
    }

    /// Appends the UTF-8 of `text`.
    @inlinable
    package mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { unsafe append(contentsOf: $0) }
    }
}

extension StaticString {
    /// The byte at `index` of its UTF-8, which must have one there.
    @inlinable @inline(__always)
    package func byte(at index: Int) -> UInt8 {
        precondition(index >= 0 && index < utf8CodeUnitCount)
        return unsafe utf8Start[index]
    }
}

/// All of these need room in the output for what they append.
extension OutputSpan<UInt8> {
    /// Appends the UTF-8 of `text`; of a literal that is a few moves.
    @inlinable @inline(__always)
    package mutating func append(_ text: StaticString) {
        let bytes = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        unsafe append(copying: bytes)
    }

    /// Appends the UTF-8 of `text`, a literal, and `value` in decimal: at most 20 bytes more.
    @inlinable @inline(__always)
    package mutating func append(_ text: StaticString, decimal value: UInt64) {
        let textCount = text.utf8CodeUnitCount
        let isDigit = value < 10
        precondition(textCount < freeCapacity)
        unsafe withUnsafeMutableBufferPointer { output, used in
            guard let base = output.baseAddress else { return }
            let start = unsafe base + used
            unsafe UnsafeMutableRawPointer(start).copyMemory(from: text.utf8Start, byteCount: textCount)
            // One byte more, which counts where it is all of the number.
            unsafe start[textCount] = 48 &+ UInt8(truncatingIfNeeded: value)
            used &+= isDigit ? textCount &+ 1 : textCount
        }
        if !isDigit { append(decimal: value, width: 1) }
    }

    /// Appends `bytes`.
    @inlinable
    package mutating func append(contentsOf bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(copying: $0) }
    }

    /// Appends the UTF-8 of `text`.
    @inlinable
    package mutating func append(utf8 text: String) {
        append(contentsOf: text.utf8Span.span)
    }

    @inlinable @inline(__always)
    mutating func append(copying bytes: UnsafeBufferPointer<UInt8>) {
        precondition(bytes.count <= freeCapacity)
        guard let source = bytes.baseAddress else { return }
        unsafe withUnsafeMutableBufferPointer { output, count in
            guard let start = output.baseAddress else { return }
            unsafe UnsafeMutableRawPointer(start + count).copyMemory(from: source, byteCount: bytes.count)
            count &+= bytes.count
        }
    }

    /// Appends the `count` lowest bytes of `word`, at most 8, the lowest first.
    @inlinable @inline(__always)
    package mutating func append(_ count: Int, of word: UInt64) {
        guard freeCapacity >= ByteWord.byteCount else { return append(oneByOne: count, of: word) }
        unsafe withUnsafeMutableBufferPointer { output, used in
            let rest = UnsafeMutableRawBufferPointer(output)
            unsafe rest.storeBytes(of: word.littleEndian, toByteOffset: used, as: UInt64.self)
            used &+= count
        }
    }

    @usableFromInline
    mutating func append(oneByOne count: Int, of word: UInt64) {
        for index in 0..<count { append(UInt8(truncatingIfNeeded: word >> UInt64(8 * index))) }
    }

    /// Appends `value` in decimal: at most 20 bytes.
    @inlinable @inline(__always)
    package mutating func append(decimal value: UInt64) {
        if value < 10 { append(48 + UInt8(truncatingIfNeeded: value)) } else { append(decimal: value, width: 1) }
    }

    /// Appends `value` in decimal with at least `width` digits, 1 to 8: at most 20 bytes.
    @usableFromInline
    mutating func append(decimal value: UInt64, width: Int) {
        if value >= 100_000_000 {
            append(decimal: value / 100_000_000, width: 1)
            return append(decimal: value % 100_000_000, width: 8)
        }
        let digits = ByteWord(decimal: UInt32(truncatingIfNeeded: value)).bits
        let zeroCount = Swift.min(digits.trailingZeroBitCount / 8, 8 - width)
        append(8 &- zeroCount, of: (digits | ByteWord.repeating(48)) &>> UInt64(8 &* zeroCount))
    }

    /// Appends `value` in decimal: at most 3 bytes.
    @inlinable @inline(__always)
    package mutating func append(decimal value: UInt8) {
        let (tens, ones) = (UInt64(value / 10), UInt64(value % 10) + 48)
        switch value {
        case 0...9: append(1, of: ones)
        case 10...99: append(2, of: ones << 8 | (tens + 48))
        default: append(3, of: ones << 16 | (tens % 10 + 48) << 8 | (tens / 10 + 48))
        }
    }

    /// Appends `value` in lower-case hexadecimal with at least `width` digits, at most 8.
    @inlinable @inline(__always)
    package mutating func append(hexadecimal value: UInt32, width: Int = 1) {
        let digitCount = Swift.max(8 - value.leadingZeroBitCount / 4, Swift.min(width, 8))
        let digits = ByteWord(hexadecimal: value).bits
        if digitCount > 0 { append(digitCount, of: digits >> UInt64(64 - 8 * digitCount)) }
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
