package import IPsec
import SetkeySyntax

/// Which key is made, and where it goes.
package struct NewKeyOptions: Hashable, Sendable {
    /// Where credentials that systemd is to pass to the daemon are kept (setkeyd(8)).
    static let credentialDirectory = "/etc/setkeyd/keys"

    /// The algorithm's place in the table.
    package let position: Algorithm.Position
    /// The key's length.
    package let bitCount: Int
    /// The file that it is written to; without one it is printed.
    package let path: String?

    /// - Parameters:
    ///   - name: of an algorithm that takes a key.
    ///   - bitCount: `--bits`.
    ///   - credential: `--credential`: a name in ``credentialDirectory``, or with a slash a path.
    /// - Throws: a usage error.
    package init(_ name: String, bitCount: Int?, credential: String?) throws(ClientFailure) {
        let row = try Self.row(named: name)
        position = row.position
        self.bitCount = bitCount ?? row.customaryKeyBits
        guard row.keyLengths.contains(self.bitCount) else {
            throw .usage("\(row.name) takes a key of \(row.keyLengths.phrase), not of \(self.bitCount) bits")
        }
        path = try credential.map { (word) throws(ClientFailure) in try Self.path(ofCredential: word) }
    }

    /// What is no name of an algorithm is not repeated: it may be a key.
    private static func row(named name: String) throws(ClientFailure) -> Algorithm {
        let rows = Algorithm.table.filter { $0.kind != .compression }
        guard let row = rows.first(where: { $0.name == name || $0.aliases.contains(name) }) else {
            let list = "the list is in setkey.conf(5)"
            guard let meant = rows.last(where: { $0.interfaces != .none && $0.isCalled(name) }) else {
                throw .usage("--new-key needs the name of an algorithm; \(list)")
            }
            throw .usage("unknown algorithm '\(name)'; did you mean \(meant.name)? (\(list))")
        }
        guard row.interfaces != .none else { throw .usage("Linux does not support \(row.name)") }
        guard row.keyLengths.last > 0 else { throw .usage("\(row.name) takes no key") }
        return row
    }

    private static func path(ofCredential word: String) throws(ClientFailure) -> String {
        guard !word.contains("/") else { return word }
        guard CredentialDirectory.isValidName(word) else {
            throw .usage(
                "--credential takes a name of letters, digits, '.', '_' and '-', or a path with a '/' in it")
        }
        return "\(credentialDirectory)/\(word)"
    }
}

extension Algorithm {
    /// Whether other programs call it so.
    fileprivate func isCalled(_ name: String) -> Bool { foreignNames.contains(name) || xfrmName == name }
}
