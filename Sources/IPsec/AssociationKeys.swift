internal import Glibc

/// The keys of an SA in one allocation, written once, and wiped when the last holder lets go.
struct AssociationKeys: Equatable, Sendable {
    private struct Header: Equatable {
        /// The bytes of the encryption key, and of the integrity key behind it; -1 where there is no key. Two
        /// optionals would take another 16 bytes of every SA.
        private let encryption: Int32
        private let integrity: Int32

        init(encryption: Int?, integrity: Int?) {
            self.encryption = Int32(encryption ?? -1)
            self.integrity = Int32(integrity ?? -1)
        }

        var encryptionByteCount: Int? { encryption < 0 ? nil : Int(encryption) }
        var integrityByteCount: Int? { integrity < 0 ? nil : Int(integrity) }
        var byteCount: Int { max(Int(encryption), 0) + max(Int(integrity), 0) }
    }

    private final class Storage: ManagedBuffer<Header, UInt8> {
        deinit {
            unsafe withUnsafeMutablePointers { header, bytes in
                unsafe explicit_bzero(bytes, header.pointee.byteCount)
            }
        }
    }

    // Not Sendable by its type, and sound because nobody writes to it after the initializer.
    private nonisolated(unsafe) let storage: ManagedBuffer<Header, UInt8>

    /// Keys of so many bytes, which `write` fills; `nil` without any.
    init?<Failure: Error>(
        encryption: Int?, integrity: Int?,
        _ write: (inout MutableSpan<UInt8>, inout MutableSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        guard encryption != nil || integrity != nil else { return nil }
        let header = Header(encryption: encryption, integrity: integrity)
        let storage = Storage.create(minimumCapacity: header.byteCount) { _ in header }
        let bytes = unsafe storage.withUnsafeMutablePointerToElements { pointer in
            unsafe pointer.initialize(repeating: 0, count: header.byteCount)
            return unsafe UnsafeMutableBufferPointer(start: pointer, count: header.byteCount)
        }
        unsafe self.storage = storage
        let middle = encryption ?? 0
        var encryptionKey = unsafe MutableSpan(_unsafeElements: bytes.extracting(..<middle))
        var integrityKey = unsafe MutableSpan(_unsafeElements: bytes.extracting(middle...))
        try write(&encryptionKey, &integrityKey)
    }

    /// Copies of the keys; `nil` without any.
    init?(encryption: Span<UInt8>?, integrity: Span<UInt8>?) {
        self.init(encryption: encryption?.count, integrity: integrity?.count) {
            if let encryption { $0.copy(encryption) }
            if let integrity { $1.copy(integrity) }
        }
    }

    var encryption: KeyMaterial? {
        unsafe encryptionBytes.map { unsafe KeyMaterial(bytes: $0, ownedBy: storage) }
    }

    var integrity: KeyMaterial? {
        unsafe integrityBytes.map { unsafe KeyMaterial(bytes: $0, ownedBy: storage) }
    }

    /// The bytes of the encryption key, for as long as the keys are held.
    @unsafe
    var encryptionBytes: UnsafeBufferPointer<UInt8>? {
        guard let byteCount = header.encryptionByteCount else { return nil }
        return unsafe bytes(from: 0, byteCount)
    }

    /// The bytes of the integrity key, for as long as the keys are held.
    @unsafe
    var integrityBytes: UnsafeBufferPointer<UInt8>? {
        let header = header
        guard let byteCount = header.integrityByteCount else { return nil }
        return unsafe bytes(from: header.encryptionByteCount ?? 0, byteCount)
    }

    private var header: Header {
        // Not `storage.header`: that looks for others who access it, and nobody writes.
        unsafe storage.withUnsafeMutablePointerToHeader { unsafe $0.pointee }
    }

    @unsafe
    private func bytes(from offset: Int, _ byteCount: Int) -> UnsafeBufferPointer<UInt8> {
        unsafe storage.withUnsafeMutablePointerToElements { bytes in
            unsafe UnsafeBufferPointer(start: bytes + offset, count: byteCount)
        }
    }

    /// Whether they are the same bytes in memory.
    func isSame(as other: AssociationKeys) -> Bool { unsafe storage === other.storage }

    /// Whether each of the two keys has as many bytes as the other's.
    func isAsLong(as other: AssociationKeys) -> Bool { header == other.header }

    /// Whether there are bytes, and all of them are zero.
    var isZero: Bool {
        let count = header.byteCount
        return unsafe count > 0 && bytes(from: 0, count).allSatisfy { $0 == 0 }
    }

    /// Equal lengths and equal bytes, in time that depends on the lengths alone.
    static func == (left: Self, right: Self) -> Bool {
        if left.isSame(as: right) { return true }
        let header = left.header
        guard header == right.header else { return false }
        let count = header.byteCount
        return unsafe difference(left.bytes(from: 0, count), right.bytes(from: 0, count)) == 0
    }

    /// Whether they are copies of these keys; in time that depends on the lengths alone.
    func isMade(of encryption: Span<UInt8>?, _ integrity: Span<UInt8>?) -> Bool {
        guard header == Header(encryption: encryption?.count, integrity: integrity?.count) else { return false }
        var difference: UInt8 = 0
        if let own = unsafe encryptionBytes, let encryption {
            difference |= unsafe encryption.withUnsafeBufferPointer { unsafe Self.difference(own, $0) }
        }
        if let own = unsafe integrityBytes, let integrity {
            difference |= unsafe integrity.withUnsafeBufferPointer { unsafe Self.difference(own, $0) }
        }
        return difference == 0
    }

    /// 0 if the bytes are equal; they are as many.
    private static func difference(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> UInt8 {
        var difference: UInt8 = 0
        for index in a.indices { unsafe difference |= a[index] ^ b[index] }
        return difference
    }
}

extension MutableSpan<UInt8> {
    /// Overwrites it with the bytes of `source`, which is as long.
    fileprivate mutating func copy(_ source: Span<UInt8>) {
        unsafe withUnsafeMutableBytes { target in
            unsafe source.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
        }
    }
}
