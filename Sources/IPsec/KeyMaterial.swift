internal import Glibc

/// The bytes of a key: wiped when the last holder lets go, compared in constant time, never printed, not `Codable`.
@safe
package struct KeyMaterial: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// One allocation for the count and the bytes; it wipes itself.
    private final class Storage: ManagedBuffer<Int, UInt8> {
        deinit {
            unsafe withUnsafeMutablePointers { count, bytes in
                unsafe explicit_bzero(bytes, count.pointee)
            }
        }
    }

    /// What the bytes are part of, and what wipes them: an allocation of their own, or that of an SA.
    ///
    /// Neither of the two is Sendable by its type; sharing them between threads is sound, because nobody writes to
    /// the bytes once a value exists that lends them.
    private nonisolated(unsafe) let owner: AnyObject
    private nonisolated(unsafe) let bytes: UnsafeBufferPointer<UInt8>

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
        unsafe self.init(bytes: UnsafeBufferPointer(bytes), ownedBy: buffer)
        var span = unsafe MutableSpan(_unsafeElements: bytes)
        try initialize(&span)
    }

    /// A copy of `bytes`.
    package init(_ bytes: Span<UInt8>) {
        self.init(byteCount: bytes.count) { span in
            for index in bytes.indices { span[index] = bytes[index] }
        }
    }

    /// A copy of `bytes`.
    package init(_ bytes: some Collection<UInt8>) {
        self.init(byteCount: bytes.count) { span in
            for (index, byte) in bytes.enumerated() { span[index] = byte }
        }
    }

    /// Bytes inside the memory of `owner`, which nobody writes to any more, and which wipes them.
    @unsafe
    init(bytes: UnsafeBufferPointer<UInt8>, ownedBy owner: AnyObject) {
        unsafe self.owner = owner
        unsafe self.bytes = bytes
    }

    /// The key's length in bytes.
    package var byteCount: Int { unsafe bytes.count }

    /// The key's length in bits; keys of the language are whole bytes.
    package var bitCount: Int { byteCount * 8 }

    /// The bytes, lent; do not let a copy outlive the key.
    package var span: Span<UInt8> {
        @_lifetime(borrow self)
        get { unsafe _overrideLifetime(Span(_unsafeElements: bytes), borrowing: self) }
    }

    /// Lends the bytes to `body`; do not let a copy outlive it.
    package func withBytes<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(span)
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

    /// The length, never the bytes.
    package var description: String { "<key of \(bitCount) bits>" }
    package var debugDescription: String { description }
}

extension KeyMaterial: CustomReflectable {
    /// Keeps `dump` and the test runner from looking inside.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
