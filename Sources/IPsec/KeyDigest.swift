/// What equal keys have in common on all machines, and different ones have not, without the keys being told: HMAC-SHA-256
/// by a nonce that both sides know.
///
/// Who knows the nonce can try guesses against a digest: of a key of random bytes that finds nothing.
package struct KeyDigest: Hashable, Sendable {
    private let nonce: [UInt8]

    package init(nonce: [UInt8]) {
        self.nonce = nonce
    }

    /// The 32 bytes of a key.
    ///
    /// - Parameter algorithm: what the key is for; one key for two algorithms has two digests.
    package func digest(of key: Span<UInt8>, algorithm: String) -> [UInt8] {
        var message = Array("setkey \(algorithm)".utf8) + [0]
        for index in key.indices { message.append(key[index]) }
        return SHA256.authenticator(of: message, key: nonce)
    }

    /// The digest of an SA's encryption key; `nil` where there is none, or the kernel does not tell it.
    ///
    /// The algorithm is called as the kernel's crypto API calls it: names that tell only lengths of ICVs apart have one.
    package func ofEncryption(_ association: SecurityAssociation) -> [UInt8]? {
        guard !association.hidesKeys, let key = association.keyBytes.encryption, !key.isEmpty else { return nil }
        return digest(of: key, algorithm: association.encryption.row?.functionName ?? association.encryption.name)
    }

    /// The digest of an SA's integrity key, in the same way.
    package func ofIntegrity(_ association: SecurityAssociation) -> [UInt8]? {
        guard !association.hidesKeys, let key = association.keyBytes.integrity, !key.isEmpty else { return nil }
        return digest(of: key, algorithm: association.integrity.row?.functionName ?? association.integrity.name)
    }
}

extension Algorithm {
    /// What it is called without the length of its ICV: as the kernel's crypto API calls it, where the kernel has it.
    package var functionName: String { xfrmName.isEmpty ? name : xfrmName }
}
