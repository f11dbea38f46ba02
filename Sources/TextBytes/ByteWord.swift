import Glibc

/// Eight bytes of a text, looked at together: long texts are read by words where every instruction a byte counts.
///
/// A mask has the highest bit of a byte set where the byte is what was asked for. Masks are exact up to the first such
/// byte; a borrow or a carry may set bits above it, so only ``firstIndex(in:)`` and "none at all" may be read off them.
///
/// `@usableFromInline`, without which `@inlinable` is of no effect on the members of a package type.
@usableFromInline
package struct ByteWord {
    /// The number of bytes in a word.
    @inlinable @inline(__always)
    package static var byteCount: Int { 8 }

    /// The first byte is the lowest.
    @usableFromInline package let bits: UInt64

    /// The word of eight bytes, of which the first is the lowest.
    @inlinable @inline(__always)
    package init(bits: UInt64) {
        self.bits = bits
    }

    /// The eight lower-case hexadecimal digits of `value`.
    @inlinable @inline(__always)
    package init(hexadecimal value: UInt32) {
        // The first digit is the lowest byte: halves, pairs and nibbles are turned round.
        let halves = (UInt64(value) << 32 | UInt64(value) >> 16) & 0x0000_ffff_0000_ffff
        let pairs = (halves << 16 | halves >> 8) & 0x00ff_00ff_00ff_00ff
        let nibbles = (pairs << 8 | pairs >> 4) & Self.repeating(0x0f)
        let isLetter = (nibbles &+ Self.repeating(6)) >> 4 & Self.repeating(1)
        bits = nibbles &+ Self.repeating(48) &+ isLetter &* 39
    }

    /// The values, not the characters, of the eight decimal digits of `value`, which is below 100,000,000.
    @inlinable @inline(__always)
    package init(decimal value: UInt32) {
        // Halves, pairs and digits are divided side by side, by a multiplication each; the first is always the lower.
        let halves = UInt64(value / 10_000) | UInt64(value % 10_000) << 32
        let hundreds = (halves &* 10_486) >> 20 & 0x0000_007f_0000_007f
        let pairs = hundreds | (halves &- hundreds &* 100) << 16
        let tens = (pairs &* 103) >> 10 & 0x000f_000f_000f_000f
        bits = tens | (pairs &- tens &* 10) << 8
    }

    /// The eight bytes of `bytes` from `offset` on; there must be so many.
    @inlinable @inline(__always)
    package init(_ bytes: Span<UInt8>, at offset: Int) {
        // The span checks the bounds, and any bytes are an integer.
        let loaded = unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        bits = UInt64(littleEndian: loaded)
    }

    /// Eight times `byte`.
    @inlinable @inline(__always)
    package static func repeating(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// Where a byte is below `limit`, which is at most 0x80.
    @inlinable @inline(__always)
    package func mask(below limit: UInt8) -> UInt64 {
        (bits &- Self.repeating(limit)) & ~bits & Self.repeating(0x80)
    }

    /// Where a byte is `byte`.
    @inlinable @inline(__always)
    package func mask(of byte: UInt8) -> UInt64 {
        ByteWord(bits: bits ^ Self.repeating(byte)).mask(below: 1)
    }

    /// Where a byte is `limit` or above; `limit` is at most 0x80.
    @inlinable @inline(__always)
    package func mask(from limit: UInt8) -> UInt64 {
        (bits &+ Self.repeating(0x80 - limit) | bits) & Self.repeating(0x80)
    }

    /// Where a byte is no ASCII; exact throughout.
    @inlinable @inline(__always)
    package var nonASCII: UInt64 { bits & Self.repeating(0x80) }

    /// How many bytes precede the first one of a mask: 8 where it has none.
    @inlinable @inline(__always)
    package static func firstIndex(in mask: UInt64) -> Int { mask.trailingZeroBitCount / 8 }

    /// Whether all eight bytes are hexadecimal digits.
    @inlinable @inline(__always)
    package var isHexadecimal: Bool {
        // No sum below exceeds a byte, so these masks are exact throughout.
        func mask(from first: UInt8, through last: UInt8, _ bits: UInt64) -> UInt64 {
            (bits &+ Self.repeating(0x80 - first)) & ~(bits &+ Self.repeating(0x7f - last))
        }
        guard nonASCII == 0 else { return false }
        let decimal = mask(from: UInt8(ascii: "0"), through: UInt8(ascii: "9"), bits)
        let letter = mask(from: UInt8(ascii: "a"), through: UInt8(ascii: "f"), bits | Self.repeating(0x20))
        return (decimal | letter) & Self.repeating(0x80) == Self.repeating(0x80)
    }

    /// The four bytes that eight hexadecimal digits stand for, the first one lowest; `nil` where one is no digit.
    @inlinable @inline(__always)
    package var hexadecimalDigits: UInt32? { isHexadecimal ? valueOfDigits : nil }

    /// The same of bytes that are known to be digits.
    @inlinable @inline(__always)
    package var valueOfDigits: UInt32 {
        let nibbles = (bits & Self.repeating(0x0f)) &+ (bits >> 6 & Self.repeating(1)) &* 9
        let pairs = (nibbles << 4 | nibbles >> 8) & 0x00ff_00ff_00ff_00ff
        let halves = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff
        return UInt32(truncatingIfNeeded: halves | halves >> 16)
    }
}

extension MutableSpan<UInt8> {
    /// Writes the four bytes of `word`, the lowest first, from `offset` on; there must be so many.
    @inlinable @inline(__always)
    package mutating func store(_ word: UInt32, at offset: Int) {
        // The span checks the bounds, and an integer is any bytes.
        var bytes = unsafe mutableBytes
        bytes.storeBytes(of: word.littleEndian, toByteOffset: offset, as: UInt32.self)
    }

    /// Writes the bytes of `word` from `offset` on; there must be room for them.
    @inlinable @inline(__always)
    package mutating func store(_ word: ByteWord, at offset: Int) {
        // The span checks the bounds, and any integer is bytes.
        var target = unsafe mutableBytes
        target.storeBytes(of: word.bits.littleEndian, toByteOffset: offset, as: UInt64.self)
    }
}

extension Span<UInt8> {
    /// Where `byte` is for the first time from `start` on; `nil` if it is not there.
    package func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        let rest = extracting(start...)
        return unsafe rest.withUnsafeBytes { raw in
            guard let base = raw.baseAddress, let found = unsafe memchr(base, Int32(byte), raw.count) else {
                return nil
            }
            return unsafe base.distance(to: UnsafeRawPointer(found)) + start
        }
    }
}
