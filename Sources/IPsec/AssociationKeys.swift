internal import Glibc

/// The keys of an SA in one allocation, written once, and wiped when the last holder lets go.
struct AssociationKeys: Equatable, Sendable {
    private struct Header {
        /// The bytes of the encryption key, and of the integrity key behind it; `nil` where there is no key.
        let encryptionByteCount: Int32?
        let integrityByteCount: Int32?

        var byteCount: Int { Int(encryptionByteCount ?? 0) + Int(integrityByteCount ?? 0) }
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

    /// Copies of the keys; `nil` without any.
    init?(encryption: KeyMaterial?, integrity: KeyMaterial?) {
        guard encryption != nil || integrity != nil else { return nil }
        let header = Header(
            encryptionByteCount: encryption.map { Int32($0.byteCount) },
            integrityByteCount: integrity.map { Int32($0.byteCount) })
        let storage = Storage.create(minimumCapacity: header.byteCount) { _ in header }
        unsafe storage.withUnsafeMutablePointerToElements { bytes in
            unsafe encryption?.copy(to: bytes)
            unsafe integrity?.copy(to: bytes + Int(header.encryptionByteCount ?? 0))
        }
        unsafe self.storage = storage
    }

    var encryption: KeyMaterial? {
        unsafe storage.header.encryptionByteCount.map { key(at: 0, byteCount: $0) }
    }

    var integrity: KeyMaterial? {
        let header = unsafe storage.header
        return header.integrityByteCount.map { key(at: Int(header.encryptionByteCount ?? 0), byteCount: $0) }
    }

    private func key(at offset: Int, byteCount: Int32) -> KeyMaterial {
        unsafe storage.withUnsafeMutablePointerToElements { bytes in
            let lent = unsafe UnsafeBufferPointer(start: bytes + offset, count: Int(byteCount))
            return unsafe KeyMaterial(bytes: lent, ownedBy: storage)
        }
    }

    static func == (left: Self, right: Self) -> Bool {
        unsafe left.storage === right.storage
            || left.encryption == right.encryption && left.integrity == right.integrity
    }

    /// Lets go of the bytes of its own where `known` has the same ones, so that they are in memory once.
    mutating func share(_ known: AssociationKeys?) {
        guard let known, known == self else { return }
        self = known
    }
}

extension KeyMaterial {
    /// Writes the bytes to memory that has room for them and holds nothing yet.
    @unsafe
    fileprivate func copy(to target: UnsafeMutablePointer<UInt8>) {
        withBytes { bytes in
            unsafe bytes.withUnsafeBufferPointer { source in
                guard let start = source.baseAddress else { return }
                unsafe target.initialize(from: start, count: source.count)
            }
        }
    }
}
