package import IPsec

/// How the keys of a statement are written.
package enum KeyNotation: Hashable, Sendable {
    /// `<hidden>`: the text cannot be read again.
    case hidden
    /// In hexadecimal; `<hidden>` where the kernel does not tell them.
    case shown
    /// `@NAME`, by their names in ``SecurityAssociation/credentials``.
    case referenced
}

/// A key of an SA by the name under which a credential could hold it.
package struct NamedKey: Hashable, Sendable {
    /// What stands behind `@`.
    package let name: String
    /// The name of its algorithm.
    package let algorithm: String
    /// Its length.
    package let byteCount: Int
}

extension SecurityAssociation {
    /// Its keys as credentials, which are named after the SA: `esp-0x1001-192.0.2.2-E` for its cipher, with `-A` for its
    /// integrity algorithm. No two SAs that the kernel has at a time share a name.
    package var credentials: [NamedKey] {
        func named(_ option: StaticString, _ algorithm: String, _ key: KeyMaterial?) -> NamedKey? {
            key.map { NamedKey(name: credentialName(option), algorithm: algorithm, byteCount: $0.byteCount) }
        }
        let keys = [
            encryption == .none ? nil : named("-E", encryption.name, encryptionKey),
            integrity == .none ? nil : named("-A", integrity.name, integrityKey),
        ]
        return keys.compactMap(\.self)
    }

    /// - Parameter option: the one behind which the key stands.
    func credentialName(_ option: StaticString) -> String {
        // No name has the colons of an address, or the slash of a mark, and neither has an underscore.
        let mark = identity.mark.isNone ? "" : "-\(identity.mark)"
        let place = "\(identity.destination)\(mark)".map { $0 == ":" || $0 == "/" ? "_" : $0 }
        let spi = String(identity.spi.rawValue, radix: 16)
        return "\(identity.ipsecProtocol.word)-0x\(spi)-\(String(place))\(option)"
    }
}
