import ControlProtocol

/// `--graph`: tunnels as Graphviz draws them.
enum GraphRun {
    static func run(socket path: String) throws(ClientFailure) {
        var client = try SetkeyClient.connect(path)
        var map = TunnelMap()
        var incomplete: String?
        try SetkeyClient.stream(.listAssociations(ListAssociationsParameters()), from: &client) {
            reply throws(ClientFailure) in
            guard case .associations(let part) = reply else { return }
            map.associations += part.associations
            map.time = part.time
            incomplete = part.incomplete
        }
        for isOwned in [false, true] {
            var parameters = RenderParameters(database: .policies)
            parameters.statements = true
            parameters.ownedOnly = isOwned
            var text: [UInt8] = []
            try SetkeyClient.stream(.render(parameters), from: &client) { reply throws(ClientFailure) in
                guard case .render(let part) = reply else { return }
                text += part.text.slice
                incomplete = part.incomplete ?? incomplete
            }
            map.add(saved: text, isOwned: isOwned)
        }
        try SetkeyClient.say(GraphText.text(map))
        if let incomplete { throw ClientFailure(.failure, "\(incomplete); what is known has been printed") }
    }
}
