import ControlProtocol

/// `--json` of what lists a database: `-D`, and `-l`.
enum RecordDump {
    static func run(_ parameters: RenderParameters, socket path: String) throws(ClientFailure) {
        var client = try SetkeyClient.connect(path)
        var output = FileOutput.standardOutput
        var document = RecordDocument(of: parameters.database, lines: true)
        try write(Call(listing: parameters), as: &document, from: &client, to: &output)
        if let incomplete = document.incomplete {
            throw ClientFailure(.failure, "\(incomplete); what is known has been printed")
        }
    }

    /// One document a line, every second.
    static func runLive(_ database: DatabaseName, _ options: LiveOptions, socket path: String) throws(ClientFailure) {
        var client = try SetkeyClient.connect(path)
        var output = FileOutput.standardOutput
        var parameters = RenderParameters(database: database)
        parameters.includeDead = options.includeDead ? true : nil
        let call = Call(listing: parameters)
        try LiveView.everySecond(once: options.once) { () throws(ClientFailure) in
            var document = RecordDocument(of: database, lines: false)
            try write(call, as: &document, from: &client, to: &output)
        }
    }

    private static func write(
        _ call: Call, as document: inout RecordDocument, from client: inout ControlClient, to output: inout FileOutput
    ) throws(ClientFailure) {
        do throws(ClientFailure) {
            try SetkeyClient.streamAsReceived(call, from: &client) { part throws(ClientFailure) in
                try document.write(part, to: &output)
            }
            try output.flush()
        } catch {
            var failure = error
            // It is no document of its own behind a part of another.
            if document.hasBegun { failure.answer = nil }
            throw failure
        }
    }
}

extension Call {
    /// What lists as records what `parameters` would have as text.
    fileprivate init(listing parameters: RenderParameters) {
        switch parameters.database {
        case .associations:
            var list = ListAssociationsParameters()
            (list.includeDead, list.showKeys) = (parameters.includeDead, parameters.showKeys)
            list.protocol = parameters.protocol
            self = .listAssociations(list)
        case .policies:
            var list = ListPoliciesParameters()
            list.hidePerSocket = parameters.hidePerSocket
            self = .listPolicies(list)
        }
    }
}
