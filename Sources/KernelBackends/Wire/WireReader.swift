/// A cursor over bytes from outside: every read is checked against the end of its slice.
///
/// A child reader is a slice: it cannot see beyond its own bytes, and its offsets are still those of the message.
package struct WireReader: ~Escapable {
    private let message: RawSpan
    /// Where the next byte lies in the message.
    package private(set) var offset: Int
    /// Where this reader's bytes end; never beyond the message.
    private let end: Int

    /// Reads a whole message.
    @inline(__always)
    @_lifetime(copy message)
    package init(_ message: Span<UInt8>) {
        // Bytes have no padding that could be left uninitialised.
        self.init(unsafe message.bytes, 0..<message.count)
    }

    /// - Parameter range: within `message`.
    @inline(__always)
    @_lifetime(copy message)
    private init(_ message: RawSpan, _ range: Range<Int>) {
        self.message = message
        offset = range.lowerBound
        end = range.upperBound
    }

    /// How many bytes are left.
    package var remaining: Int { end - offset }

    /// The next value, as it lies in memory: the C structs of the kernel's headers, and integers in host order.
    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func read<Value: BitwiseCopyable>(_ type: Value.Type) throws(WireError) -> Value {
        let start = try take(MemoryLayout<Value>.size)
        // Checked one line above; the types read here are integers and structs of integers, for which all bits are valid.
        return unsafe message.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: type)
    }

    /// The next integer, written in network order.
    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func readBigEndian<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type
    ) throws(WireError) -> Value {
        Value(bigEndian: try read(type))
    }

    /// A reader over the next `byteCount` bytes, which this one then has behind it.
    @inline(__always)
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    package mutating func slice(byteCount: Int) throws(WireError) -> WireReader {
        let start = try take(byteCount)
        return WireReader(message, start..<offset)
    }

    /// A reader that goes from `offset` of the message to where this one ends.
    @inline(__always)
    @_lifetime(copy self)
    func from(_ offset: Int) -> WireReader {
        WireReader(message, min(max(offset, 0), end)..<end)
    }

    /// Leaves `byteCount` bytes out.
    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func skip(_ byteCount: Int) throws(WireError) {
        _ = try take(byteCount)
    }

    /// A copy of the next `byteCount` bytes.
    @_lifetime(self: copy self)
    package mutating func readBytes(_ byteCount: Int) throws(WireError) -> [UInt8] {
        let start = try take(byteCount)
        return unsafe message.extracting(start..<offset).withUnsafeBytes { unsafe [UInt8]($0) }
    }

    /// What is left, where it lies.
    package var rest: Span<UInt8> {
        @_lifetime(copy self)
        get {
            // Bytes are valid whatever they are, and lie at any address.
            unsafe message.extracting(offset..<end)._unsafeView(as: UInt8.self)
        }
    }

    /// Goes over the next `byteCount` bytes, and says where they began.
    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func take(_ byteCount: Int) throws(WireError) -> Int {
        guard byteCount >= 0, byteCount <= remaining else {
            throw WireError(.truncated(needed: byteCount, available: remaining), at: offset)
        }
        let start = offset
        offset += byteCount
        return start
    }
}
