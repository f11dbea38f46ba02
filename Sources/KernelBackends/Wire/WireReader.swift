/// A cursor over bytes from outside: every read is checked against the end of its slice.
///
/// A child reader is a slice: it cannot see beyond its own bytes, and its offsets are still those of the message.
package struct WireReader: ~Escapable {
    private let bytes: RawSpan
    /// Where `bytes` begins in the message.
    private let base: Int
    private var position = 0

    /// Reads a whole message.
    @_lifetime(copy message)
    package init(_ message: Span<UInt8>) {
        // Bytes have no padding that could be left uninitialised.
        self.init(unsafe message.bytes, base: 0)
    }

    @_lifetime(copy bytes)
    private init(_ bytes: RawSpan, base: Int) {
        self.bytes = bytes
        self.base = base
    }

    /// Where the next byte lies in the message.
    package var offset: Int { base + position }

    /// How many bytes are left.
    package var remaining: Int { bytes.byteCount - position }

    /// The next value, as it lies in memory: the C structs of the kernel's headers, and integers in host order.
    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func read<Value: BitwiseCopyable>(_ type: Value.Type) throws(WireError) -> Value {
        try need(MemoryLayout<Value>.size)
        // Checked one line above; the types read here are integers and structs of integers, for which all bits are valid.
        let value = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: position, as: type)
        position += MemoryLayout<Value>.size
        return value
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
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    package mutating func slice(byteCount: Int) throws(WireError) -> WireReader {
        let base = offset
        return WireReader(try take(byteCount), base: base)
    }

    /// Leaves `byteCount` bytes out.
    @_lifetime(self: copy self)
    package mutating func skip(_ byteCount: Int) throws(WireError) {
        try need(byteCount)
        position += byteCount
    }

    /// A copy of the next `byteCount` bytes.
    @_lifetime(self: copy self)
    package mutating func readBytes(_ byteCount: Int) throws(WireError) -> [UInt8] {
        let slice = try take(byteCount)
        return unsafe slice.withUnsafeBytes { unsafe [UInt8]($0) }
    }

    /// Copies as many bytes as `target` takes.
    @_lifetime(self: copy self)
    package mutating func copy(to target: inout MutableSpan<UInt8>) throws(WireError) {
        let slice = try take(target.count)
        // Both have `target.count` bytes.
        unsafe target.withUnsafeMutableBytes { target in
            unsafe slice.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
        }
    }

    @inline(__always)
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    private mutating func take(_ byteCount: Int) throws(WireError) -> RawSpan {
        try need(byteCount)
        let start = position
        position += byteCount
        // Checked two lines above.
        return unsafe bytes.extracting(unchecked: start..<position)
    }

    @inline(__always)
    private func need(_ byteCount: Int) throws(WireError) {
        guard byteCount >= 0, byteCount <= remaining else {
            throw WireError(.truncated(needed: byteCount, available: remaining), at: offset)
        }
    }
}
