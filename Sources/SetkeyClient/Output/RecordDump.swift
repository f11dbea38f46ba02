import ControlProtocol

/// `--json` of what lists a database: `-D`, and `-l`.
enum RecordDump {
    static func run(_ parameters: RenderParameters, socket path: String) throws(ClientFailure) {
        var client = try SetkeyClient.connect(path)
        var output = FileOutput.standardOutput
        var document = RecordDocument(of: parameters.database, lines: true)
        do throws(ClientFailure) {
            try SetkeyClient.streamAsReceived(Call(listing: parameters), from: &client) { part throws(ClientFailure) in
                try document.write(part, to: &output)
            }
            try output.flush()
        } catch {
            var failure = error
            // It is no document of its own behind a part of another.
            if document.hasBegun { failure.answer = nil }
            throw failure
        }
        if let incomplete = document.incomplete {
            throw ClientFailure(.failure, "\(incomplete); what is known has been printed")
        }
    }

    /// One document a line, every second; where the daemon has gone, the error `Stopping`. A document is written when all of it
    /// is there: what follows half of one would be no line of its own.
    static func runLive(_ database: DatabaseName, _ options: LiveOptions, socket path: String) throws(ClientFailure) {
        var output = FileOutput.standardOutput
        var parameters = RenderParameters(database: database)
        parameters.includeDead = options.includeDead ? true : nil
        let call = Call(listing: parameters)
        let watch = Watch(path: path, waits: options.waits && !options.once)
        try watch.run(telling: Watch.remarkJSON) { client throws(ClientFailure) in
            try LiveView.everySecond(once: options.once) { () throws(ClientFailure) in
                var parts: [ReceivedReply] = []
                try SetkeyClient.streamAsReceived(call, from: &client) { parts.append($0) }
                var document = RecordDocument(of: database, lines: false)
                for part in parts { try document.write(part, to: &output) }
                try output.flush()
            }
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
