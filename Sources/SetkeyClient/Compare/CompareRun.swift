import ControlProtocol

/// `--compare`: this end of tunnels and the other one.
enum CompareRun {
    /// How long the other end may say nothing: as long as sshd(8) gives to whoever logs in, with a password perhaps.
    private static let patience = Duration.seconds(120)

    static func run(_ options: CompareOptions, _ form: OutputForm, socket path: String) throws(ClientFailure) {
        let nonce = DigestNonce()
        let there = try end(options, nonce)
        var client = try SetkeyClient.connect(path)
        let here = try EndReading(name: "here", nonce: nonce).end(of: &client)
        let comparison = EndComparison(here: here, there: there)
        switch form {
        case .text: try SetkeyClient.say(ComparisonText.text(comparison))
        case .json: try SetkeyClient.say(JSONDocument.text(ComparisonRecord(comparison)))
        }
        let incomplete = [here, there].flatMap { end in
            end.incomplete.map { "\(end.name): \(ForeignText.shown($0, limit: 200))" }
        }
        guard incomplete.isEmpty else { throw ClientFailure(.failure, incomplete.joined(separator: "\n")) }
        guard comparison.differences.isEmpty else { throw ClientFailure(.found, "") }
    }

    private static func end(_ options: CompareOptions, _ nonce: DigestNonce) throws(ClientFailure) -> ComparedEnd {
        let reading = EndReading(name: options.target.name, nonce: nonce)
        switch options.target {
        case .file(let path): return try FileEnd.read(path, nonce.digest)
        case .socket(let path):
            var client = try SetkeyClient.connect(path, patience: patience)
            do throws(ClientFailure) {
                return try reading.end(of: &client)
            } catch {
                // The socket may lead to another machine.
                throw ClientFailure(error.status, ForeignText.shownLines(error.message), answer: error.answer)
            }
        case .host(let host):
            return try RemoteEnd.read(host, options.command(for: host), reading, patience: patience)
        }
    }
}
