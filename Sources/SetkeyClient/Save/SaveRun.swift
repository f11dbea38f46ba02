import ControlProtocol

/// `--save`: what the kernel has, as a file of the language.
enum SaveRun {
    /// What stands above the statements.
    private static let head = """
        # What the kernel has, as setkey --save has found it: for setkey -f, or as setkeyd's file.
        # SAs that are added again begin their lifetimes and sequence numbers again: change their keys where the
        # other end goes on (setkey.conf(5)).

        """
    /// What follows that where keys are not shown.
    private static let credentials = """
        # Keys are credentials: above each SA stands which it needs. With --show-keys they are in the file.

        """

    static func run(_ options: SaveOptions, socket path: String) throws(ClientFailure) {
        var client = try SetkeyClient.connect(path)
        var output = FileOutput.standardOutput
        var incomplete: [String] = []
        for database in [DatabaseName.associations, .policies] {
            var parameters = RenderParameters(database: database)
            parameters.statements = true
            parameters.ownedOnly = options.ownedOnly ? true : nil
            parameters.showKeys = options.showKeys ? true : nil
            var isFirst = database == .associations
            try SetkeyClient.stream(.render(parameters), from: &client) { reply throws(ClientFailure) in
                guard case .render(let part) = reply else { return }
                if isFirst { try output.write(options.showKeys ? head : head + credentials) }
                isFirst = false
                try output.write(part.text.slice)
                guard let reason = part.incomplete else { return }
                incomplete.append(reason)
                try output.write("# incomplete: \(reason)\n")
            }
        }
        try output.flush()
        guard incomplete.isEmpty else {
            throw ClientFailure(
                .failure, "\(incomplete.joined(separator: "\n")); what is known has been printed")
        }
    }
}
