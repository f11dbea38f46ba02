import ControlProtocol
import IPsec

/// Asks a daemon for what is compared.
struct EndReading {
    /// The most entries of each kind; another machine may send what it likes.
    private static let entryLimit = 1 << 20
    /// The most bytes that so many policies have as text.
    private static let textLimit = 1 << 28

    let name: String
    let nonce: DigestNonce

    /// All that is compared of the daemon at the other end of `client`.
    func end(of client: inout ControlClient) throws(ClientFailure) -> ComparedEnd {
        var end = ComparedEnd(name: name)
        let traits = try SetkeyClient.answer(to: .traits, from: &client)
        if case .traits(let reply) = traits { end.tellsAll = reply.options }
        do throws(ClientFailure) {
            try readAssociations(withDigests: true, from: &client, &end)
        } catch {
            // Who may look, but not at keys, compares all else.
            guard error.status == .denied else { throw error }
            try readAssociations(withDigests: false, from: &client, &end)
        }
        try readPolicies(from: &client, &end)
        return end
    }

    private func readAssociations(
        withDigests: Bool, from client: inout ControlClient, _ end: inout ComparedEnd
    ) throws(ClientFailure) {
        var parameters = ListAssociationsParameters()
        if withDigests { parameters.keyDigest = nonce }
        var records: [AssociationRecord] = []
        var incomplete: String?
        try SetkeyClient.stream(.listAssociations(parameters), from: &client) { reply throws(ClientFailure) in
            guard case .associations(let part) = reply else { return }
            records += part.associations
            incomplete = part.incomplete
            guard records.count <= Self.entryLimit else { throw tooMuch }
        }
        end.associations = records
        if let incomplete { end.incomplete.append(incomplete) }
    }

    private func readPolicies(
        from client: inout ControlClient, _ end: inout ComparedEnd
    ) throws(ClientFailure) {
        var parameters = RenderParameters(database: .policies)
        parameters.statements = true
        var text: [UInt8] = []
        var incomplete: String?
        try SetkeyClient.stream(.render(parameters), from: &client) { reply throws(ClientFailure) in
            guard case .render(let part) = reply else { return }
            text += part.text.slice
            incomplete = part.incomplete
            guard text.count <= Self.textLimit else { throw tooMuch }
        }
        end.add(saved: text)
        if let incomplete { end.incomplete.append(incomplete) }
    }

    private var tooMuch: ClientFailure {
        ClientFailure(.failure, "there are more than \(Self.entryLimit) SAs, or as many policies")
    }
}
