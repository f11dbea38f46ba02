import IPsec
import TextBytes

/// The keys of a file's SAs by their digests, for the rules about keys.
struct FileKeys {
    /// A key of one of the SAs.
    struct Key {
        /// A number for hash tables, other in each process, from which the key cannot be had.
        let digest: Int
        /// Whether it stands for a credential that was not read.
        let isZero: Bool
        /// The place of its SA in the file.
        let owner: Int
        let isOfIntegrity: Bool
    }

    /// Those that are not empty, in the order of the file; an SA's encryption key before its integrity key.
    private(set) var keys: [Key] = []

    init(of state: DesiredState) {
        keys.reserveCapacity(2 * state.associations.count)
        for index in state.associations.indices {
            let association = state.associations[index].entry
            if let key = association.encryptionKey { add(key, of: index, isOfIntegrity: false) }
            if let key = association.integrityKey { add(key, of: index, isOfIntegrity: true) }
        }
    }

    private mutating func add(_ key: KeyMaterial, of owner: Int, isOfIntegrity: Bool) {
        guard key.byteCount > 0 else { return }
        let (digest, isZero) = key.digest
        keys.append(Key(digest: digest, isZero: isZero, owner: owner, isOfIntegrity: isOfIntegrity))
    }

    /// The bytes of a key.
    func material(of key: Key, in state: DesiredState) -> KeyMaterial? {
        let association = state.associations[key.owner].entry
        return key.isOfIntegrity ? association.integrityKey : association.encryptionKey
    }
}

extension KeyMaterial {
    /// The two properties of ``FileKeys/Key`` that its bytes say.
    var digest: (digest: Int, isZero: Bool) {
        withBytes { bytes in
            var hasher = Hasher()
            var bits: UInt64 = 0
            var index = 0
            while index <= bytes.count - ByteWord.byteCount {
                let word = ByteWord(bytes, at: index).bits
                hasher.combine(word)
                bits |= word
                index += ByteWord.byteCount
            }
            while index < bytes.count {
                hasher.combine(bytes[index])
                bits |= UInt64(bytes[index])
                index += 1
            }
            return (hasher.finalize(), bits == 0)
        }
    }
}
