import ControlProtocol
import IPsec
import SetkeySyntax

/// `--fingerprint`: of the keys in the kernel, for those who may see them, or in a file.
enum FingerprintRun {
    static func run(_ options: FingerprintOptions, _ form: OutputForm, socket path: String) throws(ClientFailure) {
        let fingerprint = SaltedFingerprint(salt: options.salt)
        var reply = AssociationsReply(associations: [], time: 0)
        // The daemon leaves out keys that it does not know.
        var zerosAreKeys = true
        if let input = options.input {
            reply.associations = try records(of: input)
            if case .unread = StatementSource.credentials(for: .fingerprint) { zerosAreKeys = false }
        } else {
            reply = try records(ofDaemonAt: path)
        }
        reply.associations = FingerprintText.records(
            of: reply.associations, fingerprint, zerosAreKeys: zerosAreKeys)
        reply.salt = fingerprint.salt
        switch form {
        case .text:
            try SetkeyClient.say(
                FingerprintText.text(reply.associations, salt: fingerprint.salt, zerosAreKeys: zerosAreKeys))
        case .json: try SetkeyClient.say(JSONDocument.text(reply))
        }
        if let incomplete = reply.incomplete {
            throw ClientFailure(.failure, "\(incomplete); what is known has been printed")
        }
    }

    private static func records(of input: Input) throws(ClientFailure) -> [AssociationRecord] {
        var source = try StatementSource(input, for: .fingerprint, expectsForward: false)
        while source.next() != nil {}
        try SetkeyClient.report(source)
        return source.associations.map { AssociationRecord($0, showKeys: true) }
    }

    private static func records(ofDaemonAt path: String) throws(ClientFailure) -> AssociationsReply {
        var parameters = ListAssociationsParameters()
        parameters.showKeys = true
        var client = try SetkeyClient.connect(path)
        var whole = AssociationsReply(associations: [], time: 0)
        try SetkeyClient.stream(.listAssociations(parameters), from: &client) { reply throws(ClientFailure) in
            guard case .associations(let part) = reply else { return }
            whole.associations += part.associations
            (whole.time, whole.incomplete) = (part.time, part.incomplete)
        }
        return whole
    }
}
