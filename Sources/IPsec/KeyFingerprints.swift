import TextBytes

/// Marks of keys for somebody who may not see them: equal for equal keys of one algorithm.
///
/// 16 bits of SipHash by a secret of this process, which nobody can compute elsewhere, or compare with those of another
/// process: nothing can be tried out against one but by adding an SA, which only those do who may see keys. Two
/// different keys have the same one once in 65,536 pairs.
package struct KeyFingerprints: Sendable {
    /// Those of this process.
    package static let ofThisProcess = KeyFingerprints()

    /// A hash that nobody else can compute; that of the process may be told by the environment.
    private let secret: Hasher

    /// With a secret that is drawn now.
    package init() {
        var generator = SystemRandomNumberGenerator()
        var hasher = Hasher()
        for _ in 0..<2 { hasher.combine(generator.next()) }
        secret = hasher
    }

    /// The fingerprint of an SA's encryption key; `nil` where there is none, or the kernel does not tell it.
    package func ofEncryption(_ association: SecurityAssociation) -> UInt16? {
        guard !association.hidesKeys, let key = association.keyBytes.encryption, !key.isEmpty else { return nil }
        return fingerprint(of: key, 0, association.encryption.rawValue)
    }

    /// The fingerprint of an SA's integrity key, in the same way.
    package func ofIntegrity(_ association: SecurityAssociation) -> UInt16? {
        guard !association.hidesKeys, let key = association.keyBytes.integrity, !key.isEmpty else { return nil }
        return fingerprint(of: key, 1, association.integrity.rawValue)
    }

    private func fingerprint(of key: Span<UInt8>, _ kind: UInt16, _ algorithm: UInt16) -> UInt16 {
        var hasher = secret
        hasher.combine(kind)
        hasher.combine(algorithm)
        hasher.combine(key.count)
        var index = 0
        while index <= key.count - ByteWord.byteCount {
            hasher.combine(ByteWord(key, at: index).bits)
            index += ByteWord.byteCount
        }
        while index < key.count {
            hasher.combine(key[index])
            index += 1
        }
        return UInt16(truncatingIfNeeded: hasher.finalize())
    }
}
