import ControlProtocol
import SetkeySyntax

/// The parts of a run that the daemon reads while the rest of the text is still read here. It begins none of them before
/// the next part comes, and forgets them if none does: an error in the text still leaves everything undone.
struct RunAhead: ~Copyable {
    private let path: String
    private let options: RunOptions
    private let form: OutputForm
    /// How many parts may be sent; 0 once that has failed.
    private var limit: Int
    private var bytesLeft = ExecuteParameters.aheadByteLimit
    private var client: ControlClient?
    /// How many parts have been sent.
    private(set) var count = 0

    /// - Parameter limit: how many parts the daemon takes so.
    init(limit: Int, _ options: RunOptions, _ form: OutputForm, socket path: String) {
        self.limit = limit
        self.path = path
        self.options = options
        self.form = form
    }

    /// Whether some of so many parts are to be sent.
    func takes(_ partCount: Int) -> Bool { count < min(partCount, limit) }

    /// Sends those parts that have not been sent, as far as the daemon takes them; none of them is the run's last.
    ///
    /// Where that fails they are sent again with the rest, and then it is said why.
    mutating func send(_ parts: [RunPart], from sources: [SourceText]) {
        while count < min(parts.count, limit) {
            bytesLeft -= parts[count].byteCount
            guard bytesLeft >= 0 else { return limit = count }
            guard trySend(parts[count], from: sources) else { return giveUp() }
            count += 1
        }
    }

    private mutating func trySend(_ part: RunPart, from sources: [SourceText]) -> Bool {
        var parameters = options.parameters(of: part, from: sources, records: form == .json)
        parameters.unfinished = true
        parameters.ahead = true
        do {
            var connection = try client.take() ?? SetkeyClient.connect(path)
            try connection.send(.execute(parameters), more: true)
            client = consume connection
            return true
        } catch {
            return false
        }
    }

    private mutating func giveUp() {
        client = nil
        (limit, count) = (0, 0)
    }

    /// The connection for the run; ``count`` says what has been sent over it.
    ///
    /// Of parts that are ahead there is nothing to say: a daemon that has spoken has refused them, or it has gone.
    mutating func connection() throws(ClientFailure) -> ControlClient {
        if let connection = client.take(), !connection.isSpokenTo { return connection }
        giveUp()
        return try SetkeyClient.connect(path)
    }
}
