internal import Glibc

/// The bytes of a key: wiped when the last holder lets go, compared in constant time, never printed, not `Codable`.
package struct KeyMaterial: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// One allocation for the count and the bytes; it wipes itself.
    ///
    /// The contents are written once, in ``KeyMaterial/init(byteCount:initializingWith:)``, before the value
    /// exists anywhere else, which is what makes sharing it between threads sound.
    private final class Storage: ManagedBuffer<Int, UInt8> {
        deinit {
            unsafe withUnsafeMutablePointers { count, bytes in
                unsafe explicit_bzero(bytes, count.pointee)
            }
        }
    }

    // Not Sendable by its type, and sound because nobody writes to it after the initializer.
    private nonisolated(unsafe) let storage: ManagedBuffer<Int, UInt8>

    /// A key of `byteCount` bytes, filled by `initialize`, so that no copy of it lies elsewhere.
    ///
    /// - Parameter initialize: gets the span to fill; what it leaves out is zero.
    package init<Failure: Error>(
        byteCount: Int, initializingWith initialize: (inout MutableSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        let buffer = Storage.create(minimumCapacity: byteCount) { _ in byteCount }
        let bytes = unsafe buffer.withUnsafeMutablePointerToElements { pointer in
            unsafe pointer.initialize(repeating: 0, count: byteCount)
            return unsafe UnsafeMutableBufferPointer(start: pointer, count: byteCount)
        }
        unsafe storage = buffer
        var span = unsafe MutableSpan(_unsafeElements: bytes)
        try initialize(&span)
    }

    /// A copy of `bytes`.
    package init(_ bytes: some Collection<UInt8>) {
        self.init(byteCount: bytes.count) { span in
            for (index, byte) in bytes.enumerated() { span[index] = byte }
        }
    }

    /// The key's length in bytes.
    package var byteCount: Int { unsafe storage.header }

    /// The key's length in bits; keys of the language are whole bytes.
    package var bitCount: Int { byteCount * 8 }

    /// Lends the bytes to `body`; do not let a copy outlive it.
    package func withBytes<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let count = byteCount
        let bytes = unsafe storage.withUnsafeMutablePointerToElements { pointer in
            unsafe UnsafeBufferPointer(start: pointer, count: count)
        }
        defer { unsafe withExtendedLifetime(storage) {} }
        return try body(unsafe Span(_unsafeElements: bytes))
    }

    /// Equal lengths and equal bytes, in time that depends on the length alone.
    package static func == (left: KeyMaterial, right: KeyMaterial) -> Bool {
        left.withBytes { a in
            right.withBytes { b in
                guard a.count == b.count else { return false }
                var difference: UInt8 = 0
                for index in a.indices { difference |= a[index] ^ b[index] }
                return difference == 0
            }
        }
    }

    /// Lets go of the bytes of its own where `known` has the same ones, so that they are in memory once.
    package mutating func share(_ known: KeyMaterial?) {
        guard let known, unsafe known.storage !== storage, known == self else { return }
        self = known
    }

    /// The length, never the bytes.
    package var description: String { "<key of \(bitCount) bits>" }
    package var debugDescription: String { description }
}

extension KeyMaterial: CustomReflectable {
    /// Keeps `dump` and the test runner from looking inside.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
