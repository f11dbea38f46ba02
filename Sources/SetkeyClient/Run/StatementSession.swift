import ControlProtocol
import Glibc
import IPsec
import SetkeySyntax

/// `setkey -c` on a terminal: each statement is run at its `;`, and an error does not end the session.
struct StatementSession: ~Copyable {
    private let options: RunOptions
    private let path: String
    /// Of the kernel interface of the daemon.
    private var traits = KernelTraits.pfKey
    private var output = FileOutput.standardOutput
    /// What has been typed and not yet been run. Of its first line, what was run is blank: the columns of the rest stay.
    private var text: [UInt8] = []
    /// The number of the first line of ``text``.
    private var line = 1
    /// The first failure's.
    private var status = ExitStatus.success

    init(_ options: RunOptions, socket path: String) {
        self.options = options
        self.path = path
    }

    /// Runs statements until the input ends, or one of them ends it.
    ///
    /// - Throws: ``ClientFailure`` at once where there is no daemon, and at the end where a statement failed.
    mutating func run() throws(ClientFailure) {
        // The connection is not kept: nobody shall wait for a place at the daemon because a terminal is idle.
        _ = try SetkeyClient.connect(path)
        traits = SetkeyClient.traits(ofDaemonAt: path)
        var complete = CompleteStatements(in: text)
        while !complete.endsInput {
            try prompt(continues: complete.isFollowedByText)
            guard try readLine() else {
                runTyped(to: text.count)
                try endLine()
                break
            }
            complete = CompleteStatements(in: text)
            runTyped(to: complete.end)
        }
        if status != .success { throw ClientFailure(status, "") }
    }

    // MARK: The terminal

    private mutating func prompt(continues: Bool) throws(ClientFailure) {
        guard output.isTerminal else { return }
        try output.write(continues ? "      > " : "setkey> ")
        try output.flush()
    }

    /// The line of the prompt that is left without an answer.
    private mutating func endLine() throws(ClientFailure) {
        guard output.isTerminal else { return }
        try output.write("\n")
        try output.flush()
    }

    /// Takes what the terminal gives, which is a line, or what is there of it at the end of the input.
    ///
    /// - Returns: Whether there was something.
    private mutating func readLine() throws(ClientFailure) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            do throws(KernelErrno) {
                let count = try SystemCalls.read(STDIN_FILENO, into: &buffer)
                text += buffer[..<count]
                return count > 0
            } catch {
                guard error.rawValue == EINTR else { return false }
            }
        }
    }

    // MARK: Statements

    /// Runs the statements up to `end`, and forgets them.
    private mutating func runTyped(to end: Int) {
        guard end > 0 else { return }
        let typed = SourceText(name: SourceText.standardInputName, bytes: Array(text[..<end]), firstLine: line)
        do throws(ClientFailure) {
            try run(typed)
        } catch {
            SetkeyClient.complain(of: error)
            if status == .success { status = error.status }
        }
        forget(to: end)
    }

    private func run(_ typed: SourceText) throws(ClientFailure) {
        var source = StatementSource(typed: typed, traits: traits)
        var partition = RunPartition()
        while let loaded = source.next() { partition.add(loaded, sources: source.sources) }
        partition.finish()
        let failure: ClientFailure?
        do throws(ClientFailure) {
            try SetkeyClient.report(source)
            failure = nil
        } catch {
            failure = error
        }
        if !partition.parts.isEmpty {
            defer { RunInterruption.withdrawRemark() }
            var run = StatementRun(partition, sources: source.sources, options: options, .text)
            var client = try SetkeyClient.connect(path)
            try run.run(over: &client)
        }
        if let failure { throw failure }
    }

    private mutating func forget(to end: Int) {
        let start = text[..<end].lastIndex(of: 10).map { $0 + 1 } ?? 0
        line += text[..<end].count { $0 == 10 }
        for index in start..<end { text[index] = UInt8(ascii: " ") }
        text.removeFirst(start)
    }
}
