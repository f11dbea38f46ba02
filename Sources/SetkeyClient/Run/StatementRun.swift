import ControlProtocol
import Glibc
import IPsec
import SetkeySyntax
import TextBytes

/// Sends the parts of a run and says what became of them.
struct StatementRun: ~Copyable {
    /// Calls under way at once: the daemon never waits for the next part, and little is sent in vain after a failure.
    private static let window = 3

    private let parts: [RunPart]
    private let sources: [SourceText]
    private let options: RunOptions
    private var output = FileOutput.standardOutput
    private var report: RunReport
    /// With `--json`, all that the replies have said; it is printed at the end.
    private var document: ExecuteReply?

    /// Why the daemon has refused a part's text.
    private var refusal: ControlError?

    /// Statements of parts that have been answered in full.
    private var executedBefore = 0
    private var executed = 0
    private var failed = 0
    private var undone: Int?
    /// Set when nothing more is to be sent.
    private var hasStopped = false

    init(_ partition: RunPartition, sources: [SourceText], options: RunOptions, _ form: OutputForm) {
        parts = partition.parts
        self.sources = sources
        self.options = options
        report = RunReport(total: partition.statementCount)
        document = form == .json ? ExecuteReply(executed: 0) : nil
    }

    /// Runs all parts.
    ///
    /// - Parameter sentAhead: how many of them the daemon has, and begins with the next one.
    /// - Throws: ``ClientFailure`` where a statement failed, or the run could not be brought to its end.
    mutating func run(over client: inout ControlClient, sentAhead: Int = 0) throws(ClientFailure) {
        if !parts.isEmpty { RunInterruption.arrangeRemark() }
        var sent = sentAhead
        do throws(ClientFailure) {
            while sent < parts.count && !hasStopped || client.pendingCount > 0 {
                while sent < parts.count, !hasStopped, sent == sentAhead || client.pendingCount < Self.window {
                    try send(sent, over: &client)
                    sent += 1
                }
                try receive(sent - client.pendingCount, from: &client)
            }
        } catch {
            throw interrupted(error)
        }
        report.eraseProgress()
        try printDocument()
        try end()
    }

    private func send(_ index: Int, over client: inout ControlClient) throws(ClientFailure) {
        var parameters = options.parameters(of: parts[index], from: sources, records: document != nil)
        parameters.unfinished = index + 1 < parts.count ? true : nil
        do throws(ClientError) {
            try client.send(.execute(parameters), more: true)
        } catch {
            throw ClientFailure(error)
        }
    }

    /// Takes the next reply, which is about the part at `index`.
    private mutating func receive(_ index: Int, from client: inout ControlClient) throws(ClientFailure) {
        let answer: (reply: Reply, continues: Bool)
        do throws(ClientError) {
            answer = try client.nextReply()
        } catch .daemon(.invalidText(let diagnostics)) {
            return try refused(parts[index], diagnostics)
        } catch .daemon(.runAborted) {
            hasStopped = true
            return
        } catch {
            throw ClientFailure(error)
        }
        guard case .execute(let reply) = answer.reply else { return }
        try show(reply, of: parts[index])
        executed = executedBefore + reply.executed
        if !answer.continues { executedBefore = executed }
        report.showProgress(executed: executed, failed: failed)
    }

    private mutating func show(_ reply: ExecuteReply, of part: RunPart) throws(ClientFailure) {
        let failures = reply.failures ?? []
        undone = reply.undone ?? undone
        if undone != nil || reply.ended == true { hasStopped = true }
        failed += failures.count
        guard document == nil else { return note(reply, of: part) }
        let warnings = reply.warnings ?? []
        if reply.output != nil || reply.messages != nil || !(failures + warnings).isEmpty { report.eraseProgress() }
        if let messages = reply.messages { try output.write(messages.slice) }
        if let text = reply.output { try output.write(text.slice) }
        try output.flush()
        say(warnings, .warning, in: part)
        say(failures, .error, in: part)
    }

    /// Adds a reply to the document.
    private mutating func note(_ reply: ExecuteReply, of part: RunPart) {
        let sources = sources
        var reply = reply
        reply.failures = reply.failures?.map { part.located($0, in: sources) }
        reply.warnings = reply.warnings?.map { part.located($0, in: sources) }
        document?.append(reply)
    }

    private mutating func printDocument() throws(ClientFailure) {
        // Where nothing but a refusal has come, that is what is printed.
        guard refusal == nil || executed > 0, var document = document.take() else { return }
        // That of a reply counts those of its part.
        document.executed = executed
        try SetkeyClient.say(JSONDocument.text(document))
    }

    private mutating func say(_ remarks: [StatementFailure], _ severity: Diagnostic.Severity, in part: RunPart) {
        guard !remarks.isEmpty else { return }
        let word = DiagnosticStyle.ofStandardError().word(severity)
        for remark in remarks {
            report.say("\(place(remark.offset, in: part))\(word): \(remark.operation): \(remark.reason)")
        }
    }

    /// The daemon finds an error where this parser found none: they are of different versions.
    private mutating func refused(_ part: RunPart, _ diagnostics: [DiagnosticRecord]) throws(ClientFailure) {
        hasStopped = true
        failed += 1
        report.eraseProgress()
        let style = DiagnosticStyle.ofStandardError()
        for record in diagnostics { report.say(part.render(record, of: sources, style: style)) }
        report.say(
            "setkey: the daemon did not accept these statements; statements executed before them: \(executedBefore)")
        let sources = sources
        refusal = .invalidText(diagnostics.map { part.located($0, in: sources) })
    }

    /// `FILE:LINE:COLUMN: `.
    private func place(_ offset: Int, in part: RunPart) -> String {
        guard let origin = part.origin(of: offset) else { return "" }
        let source = sources[origin.source]
        let position = source.position(of: origin.offset)
        return "\(source.name):\(position.line):\(position.column): "
    }

    private mutating func interrupted(_ failure: ClientFailure) -> ClientFailure {
        report.eraseProgress()
        guard !failure.message.isEmpty else { return failure }
        guard executed > 0 || failed > 0 else { return failure }
        // Where it cannot be written, what follows is said all the same.
        try? printDocument()
        return ClientFailure(
            failure.status,
            "\(failure.message)\n\(executed) of \(counted(report.total, "statement")) "
                + (executed == 1 ? "was executed" : "were executed") + (failed > 0 ? ", \(failed) without success" : "")
                + "; what became of the next ones is unknown: see setkey -D and setkey -DP")
    }

    private func end() throws(ClientFailure) {
        if let undone {
            let what =
                undone == 0
                ? "stopped: it had not changed anything"
                : "rolled back: \(counted(undone, "change was", "changes were")) undone"
            throw ClientFailure(.failure, "the run was \(what)")
        }
        // Each failure has been told.
        if failed > 0 { throw ClientFailure(.failure, "", answer: executed == 0 ? refusal : nil) }
    }
}

extension RunOptions {
    /// The call that sends a part.
    func parameters(of part: RunPart, from sources: [SourceText], records: Bool) -> ExecuteParameters {
        var parameters = ExecuteParameters(text: WireText(part.text(from: sources)))
        parameters.rfcSemantics = rfcSemantics ? true : nil
        parameters.atomic = atomic ? true : nil
        parameters.verbose = verbose ? true : nil
        parameters.showPorts = showPorts ? true : nil
        parameters.showKeys = showKeys ? true : nil
        parameters.records = records ? true : nil
        return parameters
    }
}
