package import ControlProtocol

/// The fingerprints of the keys of SAs, to be read aloud.
package enum FingerprintText {
    /// The SAs without their keys, with fingerprints of the salt in place of the daemon's, in an order that is the same everywhere.
    ///
    /// - Parameter zerosAreKeys: whether a key of zeros is one; else it may be a credential that was not read, and gets none.
    package static func records(
        of records: [AssociationRecord], _ fingerprint: SaltedFingerprint, zerosAreKeys: Bool
    ) -> [AssociationRecord] {
        func digits(_ key: String?, _ algorithm: String?) -> String? {
            guard let key, !key.isEmpty, zerosAreKeys || key.contains(where: { $0 != "0" }) else { return nil }
            return fingerprint.digits(ofKey: key, algorithm: algorithm ?? "")
        }
        return records.map { record in
            var marked = record
            marked.encryptionFingerprint = digits(record.encryptionKey, record.encryption)
            marked.integrityFingerprint = digits(record.integrityKey, record.integrity)
            (marked.encryptionKey, marked.integrityKey) = (nil, nil)
            return marked
        }.sorted {
            ($0.source, $0.destination, $0.protocol.rawValue, $0.spi)
                < ($1.source, $1.destination, $1.protocol.rawValue, $1.spi)
        }
    }

    /// The salt, and of each SA its name and a line for each key.
    package static func text(_ records: [AssociationRecord], salt: String, zerosAreKeys: Bool) -> String {
        let unknown = zerosAreKeys ? "key not known" : "key zero, or not known"
        var text = "salt: \(salt)    at the other end: setkey --fingerprint --salt \(salt)\n"
        for record in records {
            let mark = record.mark.map { " mark \($0)" } ?? ""
            text += "\(record.source) \(record.destination) \(record.protocol) \(Quantity.spi(record.spi))\(mark)\n"
            text += line("E", record.encryption, record.encryptionFingerprint, unknown)
            text += line("A", record.integrity, record.integrityFingerprint, unknown)
        }
        return text + (records.isEmpty ? "no SAs\n" : "")
    }

    /// `null` has no key.
    private static func line(
        _ letter: String, _ algorithm: String?, _ digits: String?, _ unknown: String
    ) -> String {
        guard let algorithm, algorithm != "null" else { return "" }
        return "\t\(letter): \(algorithm)  \(digits.map(grouped) ?? unknown)\n"
    }

    /// `3f9a 12c4 88e0 7b1d`.
    private static func grouped(_ digits: String) -> String {
        var groups: [Substring] = []
        var rest = digits[...]
        while !rest.isEmpty {
            groups.append(rest.prefix(4))
            rest = rest.dropFirst(4)
        }
        return groups.joined(separator: " ")
    }
}
