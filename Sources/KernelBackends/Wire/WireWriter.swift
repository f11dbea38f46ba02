internal import Glibc

/// Appends a message to a byte array that is used again and again; lengths are filled in once the body is written.
///
/// What it writes may be keys: where the array must grow, the old bytes are wiped.
package struct WireWriter {
    /// Room that any ordinary message finds without growing.
    private static let initialCapacity = 1024

    /// What has been written.
    private var bytes: [UInt8]

    /// Writes into the memory of `buffer`, whose contents it forgets.
    package init(reusing buffer: consuming [UInt8] = []) {
        bytes = buffer
        bytes.removeAll(keepingCapacity: true)
        makeRoom(Self.initialCapacity)
    }

    /// How many bytes have been written.
    package var count: Int { bytes.count }

    /// What has been written; the writer is empty then and has no memory.
    package mutating func finish() -> [UInt8] {
        let result = bytes
        bytes = []
        return result
    }

    /// Appends `value` as it lies in memory: the C structs of the kernel's headers, and integers in host order.
    @inline(__always)
    package mutating func append<Value: BitwiseCopyable>(_ value: Value) {
        unsafe withUnsafeBytes(of: value) { raw in
            makeRoom(raw.count)
            unsafe bytes.append(contentsOf: raw)
        }
    }

    /// Appends an integer in network order.
    @inline(__always)
    package mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(bigEndian value: Value) {
        append(value.bigEndian)
    }

    /// Appends the bytes of `span`.
    package mutating func append(_ span: Span<UInt8>) {
        makeRoom(span.count)
        unsafe span.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    /// Appends zeros up to the next 64-bit boundary.
    @inline(__always)
    package mutating func alignToWord() {
        while bytes.count % 8 != 0 { append(0 as UInt8) }
    }

    /// Writes `value` over the two bytes at `offset`, which have been appended before.
    @inline(__always)
    package mutating func replace(at offset: Int, with value: UInt16) {
        bytes[offset] = UInt8(truncatingIfNeeded: value.littleEndian)
        bytes[offset + 1] = UInt8(truncatingIfNeeded: value.littleEndian >> 8)
    }

    /// Appends an extension: its C struct, then what `body` appends, then its length.
    ///
    /// RFC 2367, 2.3: the length is that "of the extension header in 64 bit words, inclusive".
    /// - Parameter header: the extension's struct, whose first two bytes are its length, still to be filled in.
    @inline(__always)
    package mutating func appendExtension<Header: BitwiseCopyable>(
        _ header: Header, _ body: (inout WireWriter) throws(WireError) -> Void = { _ throws(WireError) in }
    ) throws(WireError) {
        let start = count
        append(header)
        try body(&self)
        alignToWord()
        guard let words = UInt16(exactly: (count - start) / 8) else { throw WireError(.tooLong, at: start) }
        replace(at: start, with: words)
    }

    @inline(__always)
    private mutating func makeRoom(_ byteCount: Int) {
        if bytes.capacity - bytes.count < byteCount { grow(by: byteCount) }
    }

    /// Moves to a larger array by hand, since the array's own growing would leave a copy behind.
    private mutating func grow(by byteCount: Int) {
        var larger: [UInt8] = []
        larger.reserveCapacity(max(2 * bytes.capacity, bytes.count + byteCount))
        larger.append(contentsOf: bytes)
        bytes.wipe()
        bytes = larger
    }
}

extension [UInt8] {
    /// Overwrites every byte with zero, in a way that the compiler may not leave out, and makes the array empty.
    ///
    /// The capacity is kept. Only the bytes below `count` are overwritten.
    package mutating func wipe() {
        unsafe withUnsafeMutableBytes { raw in
            if let start = raw.baseAddress { unsafe explicit_bzero(start, raw.count) }
        }
        removeAll(keepingCapacity: true)
    }
}
