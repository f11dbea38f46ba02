internal import Glibc

/// Appends a message to a byte array that is used again and again; lengths are filled in once the body is written.
///
/// What it writes may be keys: where the array must grow, the old bytes are wiped.
package struct WireWriter {
    /// Room that any ordinary message finds without growing.
    private static let ordinaryByteCount = 960

    /// The memory; what has been written is its first ``count`` bytes.
    private var bytes: [UInt8]
    /// How many bytes have been written.
    package private(set) var count = 0

    /// Writes into memory of its own.
    package init() {
        var none: [UInt8] = []
        self.init(taking: &none)
    }

    /// Writes into the memory of `buffer`, which is left empty; give it back with ``finish(into:)``.
    ///
    /// By `inout`, so that the memory has one owner at any time: a second one would make it a copy, keys and all.
    package init(taking buffer: inout [UInt8]) {
        bytes = []
        swap(&bytes, &buffer)
        // Room is made once, so that appending is a store and not a growth of the array.
        let missing = Self.ordinaryByteCount - bytes.count
        if missing > 0 { bytes.append(addingCapacity: missing) { $0.append(repeating: 0, count: missing) } }
    }

    /// Gives the memory with what has been written to `buffer`; the writer is empty then.
    package mutating func finish(into buffer: inout [UInt8]) {
        bytes.removeLast(bytes.count - count)
        count = 0
        buffer = []
        swap(&bytes, &buffer)
    }

    /// Appends `value` as it lies in memory: the C structs of the kernel's headers, and integers in host order.
    @inline(__always)
    package mutating func append<Value: BitwiseCopyable>(_ value: Value) {
        makeRoom(MemoryLayout<Value>.size)
        // Room has been made one line above.
        unsafe bytes.withUnsafeMutableBytes { raw in
            unsafe raw.storeBytes(of: value, toByteOffset: count, as: Value.self)
        }
        count += MemoryLayout<Value>.size
    }

    /// Appends an integer in network order.
    @inline(__always)
    package mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(bigEndian value: Value) {
        append(value.bigEndian)
    }

    /// Appends the bytes of `span`.
    package mutating func append(_ span: Span<UInt8>) {
        makeRoom(span.count)
        unsafe bytes.withUnsafeMutableBytes { target in
            unsafe span.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[count...]).copyMemory(from: source)
            }
        }
        count += span.count
    }

    /// Appends zeros up to the next 64-bit boundary.
    @inline(__always)
    package mutating func alignToWord() { align(to: 8) }

    /// Appends zeros up to the next multiple of `byteCount`, which is a power of 2 and at most 8.
    @inline(__always)
    package mutating func align(to byteCount: Int) {
        let missing = -count & (byteCount - 1)
        guard missing > 0 else { return }
        append(0 as UInt64)
        count -= 8 - missing
    }

    /// Appends so many zeros.
    @inline(__always)
    package mutating func append(zeros byteCount: Int) {
        var left = byteCount
        while left > 0 {
            append(0 as UInt64)
            if left < 8 { count -= 8 - left }
            left -= 8
        }
    }

    /// Writes `value`, in host order, over the bytes at `offset`, which have been appended before.
    @inline(__always)
    package mutating func replace<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int, with value: Value) {
        unsafe bytes.withUnsafeMutableBytes { raw in
            unsafe raw.storeBytes(of: value, toByteOffset: offset, as: Value.self)
        }
    }

    /// Appends an extension that is its C struct alone.
    ///
    /// - Parameter header: the extension's struct, whose first two bytes are its length, still to be filled in.
    @inline(__always)
    package mutating func appendExtension<Header: BitwiseCopyable>(_ header: Header) {
        appendExtension(header, EmptyBody())
    }

    /// Appends an extension that is its C struct and one value behind it.
    ///
    /// - Parameter header: the extension's struct, whose first two bytes are its length, still to be filled in.
    @inline(__always)
    package mutating func appendExtension<Header: BitwiseCopyable, Body: BitwiseCopyable>(
        _ header: Header, _ body: Body
    ) {
        let bodyStart = MemoryLayout<Header>.size
        let byteCount = (bodyStart + MemoryLayout<Body>.size + 7) & ~7
        makeRoom(byteCount)
        unsafe bytes.withUnsafeMutableBytes { raw in
            // Room has been made; the last word may be padding in part.
            unsafe raw.storeBytes(of: 0, toByteOffset: count + byteCount - 8, as: UInt64.self)
            unsafe raw.storeBytes(of: header, toByteOffset: count, as: Header.self)
            unsafe raw.storeBytes(of: body, toByteOffset: count + bodyStart, as: Body.self)
            // The structs of the header are a few words long.
            unsafe raw.storeBytes(of: UInt16(truncatingIfNeeded: byteCount / 8), toByteOffset: count, as: UInt16.self)
        }
        count += byteCount
    }

    /// Appends an extension: its C struct, then what `body` appends, then its length.
    ///
    /// RFC 2367, 2.3: the length is that "of the extension header in 64 bit words, inclusive".
    /// - Parameter header: the extension's struct, whose first two bytes are its length, still to be filled in.
    @inline(__always)
    package mutating func appendExtension<Header: BitwiseCopyable>(
        _ header: Header, _ body: (inout WireWriter) throws(WireError) -> Void
    ) throws(WireError) {
        let start = count
        append(header)
        try body(&self)
        alignToWord()
        guard let words = UInt16(exactly: (count - start) / 8) else { throw WireError(.tooLong, at: start) }
        replace(at: start, with: words)
    }

    private struct EmptyBody: BitwiseCopyable {}

    @inline(__always)
    private mutating func makeRoom(_ byteCount: Int) {
        if bytes.count - count < byteCount { grow(by: byteCount) }
    }

    /// Moves to a larger array by hand, since the array's own growing would leave a copy behind.
    private mutating func grow(by byteCount: Int) {
        var larger = [UInt8](repeating: 0, count: max(2 * bytes.count, count + byteCount))
        larger.replaceSubrange(..<count, with: bytes[..<count])
        bytes.wipe()
        bytes = larger
    }
}

extension [UInt8] {
    /// Overwrites every byte with zero and makes the array empty; its memory is kept.
    package mutating func wipe() {
        overwriteWithZeros(first: count)
        removeAll(keepingCapacity: true)
    }

    /// Overwrites the first `byteCount` bytes with zero, in a way that the compiler may not leave out.
    ///
    /// - Parameter byteCount: what lies beyond ``count`` is left out.
    package mutating func overwriteWithZeros(first byteCount: Int) {
        overwriteWithZeros(in: 0..<Swift.max(0, Swift.min(byteCount, count)))
    }

    /// Overwrites the bytes of `range`, which is within the array, with zero, in a way that the compiler may not leave
    /// out.
    package mutating func overwriteWithZeros(in range: Range<Int>) {
        unsafe withUnsafeMutableBytes { raw in
            let bytes = unsafe UnsafeMutableRawBufferPointer(rebasing: raw[range])
            if let start = bytes.baseAddress { unsafe explicit_bzero(start, bytes.count) }
        }
    }

    /// Copies the bytes of `source` at `range` over the first ones of this array, which is long enough.
    package mutating func overwrite(with source: [UInt8], _ range: Range<Int>) {
        unsafe withUnsafeMutableBytes { target in
            unsafe source.withUnsafeBytes { source in
                unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[range]))
            }
        }
    }
}
