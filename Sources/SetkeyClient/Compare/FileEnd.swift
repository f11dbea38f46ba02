import ControlProtocol
import IPsec
import SetkeySyntax

/// What a setkey file declares, as the other end of tunnels.
enum FileEnd {
    static func read(_ path: String, _ digest: KeyDigest) throws(ClientFailure) -> ComparedEnd {
        var source = try StatementSource(.file(path), for: .compare, expectsForward: false)
        while source.next() != nil {}
        try SetkeyClient.report(source)
        var end = ComparedEnd(name: path)
        end.policies = source.policies
        var zerosAreKeys = true
        if case .unread = StatementSource.credentials(for: .compare) { zerosAreKeys = false }
        end.associations = source.associations.map { association in
            var record = AssociationRecord(association, showKeys: false, digest: digest)
            guard !zerosAreKeys else { return record }
            // They may be credentials that were not read.
            if association.encryptionKey?.isZero == true { record.encryptionDigest = nil }
            if association.integrityKey?.isZero == true { record.integrityDigest = nil }
            return record
        }
        return end
    }
}

extension KeyMaterial {
    /// Whether all of its bytes are zero, as those of a credential that was not read are.
    var isZero: Bool {
        withBytes { bytes in bytes.indices.allSatisfy { bytes[$0] == 0 } }
    }
}
