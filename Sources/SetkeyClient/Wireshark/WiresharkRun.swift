import ControlProtocol

/// `--wireshark`: the SAs of ESP, with their keys.
enum WiresharkRun {
    static func run(socket path: String) throws(ClientFailure) {
        var parameters = ListAssociationsParameters()
        parameters.protocol = .esp
        parameters.showKeys = true
        var client = try SetkeyClient.connect(path)
        var output = FileOutput.standardOutput
        var incomplete: String?
        try SetkeyClient.stream(.listAssociations(parameters), from: &client) { reply throws(ClientFailure) in
            guard case .associations(let part) = reply else { return }
            for record in part.associations { try output.write(WiresharkText.line(record)) }
            incomplete = part.incomplete
        }
        try output.flush()
        if let incomplete { throw ClientFailure(.failure, "\(incomplete); what is known has been printed") }
    }
}
