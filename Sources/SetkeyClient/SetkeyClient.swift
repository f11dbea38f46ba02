import CPrivateMemory
import ControlProtocol
import Glibc
import IPsec
import SetkeySyntax

/// The whole run of the program.
package enum SetkeyClient {
    /// Does what `arguments` (without the program's name) say, and ends the process with its exit status.
    package static func main(arguments: [String]) -> Never {
        StandardDescriptors.open()
        setkeyd_keep_memory_private()
        do throws(ClientFailure) {
            switch CommandLineOutcome(arguments: arguments) {
            case .operate(let operation, let form, let socket):
                try perform(operation, form, socket: SocketPath.resolve(socket))
            case .help(let text): try say("\(text)\n")
            case .refuse(let failure): throw failure
            }
            exit(ExitStatus.success.rawValue)
        } catch {
            complain(of: error)
            exit(error.status.rawValue)
        }
    }

    /// With `--json`, what the daemon refuses is a document as well.
    private static func perform(
        _ operation: Operation, _ form: OutputForm, socket path: String
    ) throws(ClientFailure) {
        do throws(ClientFailure) {
            switch form {
            case .text: try printText(of: operation, socket: path)
            case .json: try printJSON(of: operation, socket: path)
            }
        } catch {
            if form == .json, let answer = error.answer { try say(JSONDocument.line(answer)) }
            throw error
        }
    }

    private static func printText(of operation: Operation, socket path: String) throws(ClientFailure) {
        switch operation {
        case .run(.standardInput, let options) where !options.atomic && isatty(STDIN_FILENO) == 1:
            var session = StatementSession(options, socket: path)
            try session.run()
        case .run(let input, let options): try run(input, options, .text, socket: path)
        case .check(let input, let options): try report(check(input, options))
        case .debug(let input, let options):
            try debug(StatementSource(input, for: .check, expectsForward: !options.rfcSemantics))
        case .describe(let statement): try describe(statement)
        case .dump(let parameters): try dump(parameters, socket: path)
        case .flush(let parameters): _ = try answer(to: .flush(parameters), socket: path)
        case .verbose(let statement, let options):
            try run(StatementSource(commandLine: statement), options, .text, socket: path)
        case .monitor(let options): try EventMonitor.run(options, socket: path)
        case .live(let database, let options): try LiveView.run(database, options, socket: path)
        case .plan(let options): try PlanRun.run(options, .text, socket: path)
        case .schedule: try ScheduleRun.run(.text, socket: path)
        case .save(let options): try SaveRun.run(options, socket: path)
        case .graph: try GraphRun.run(socket: path)
        case .wireshark: try WiresharkRun.run(socket: path)
        case .metrics(let options): try MetricsRun.run(options, socket: path)
        case .fingerprint(let options): try FingerprintRun.run(options, .text, socket: path)
        case .newKey(let options): try NewKeyRun.run(options)
        case .roll(let options): try RollRun.run(options)
        case .compare(let options): try CompareRun.run(options, .text, socket: path)
        case .serveStdio: try StdioBridge.run(socket: path)
        case .explain, .doctor, .status, .reload, .confirm, .revert, .turnOff, .turnOn:
            try printAnswer(to: operation, socket: path)
        case .version: try say("setkey \(Version.current)\n")
        }
    }

    /// Of what the daemon answers at once.
    private static func printAnswer(to operation: Operation, socket path: String) throws(ClientFailure) {
        guard let call = operation.singleCall else { return }
        switch try answer(to: call, socket: path) {
        case .explain(let reply): try say(ExplainText.text(reply))
        case .diagnose(let reply):
            try say(DoctorText.text(reply))
            try judge(reply)
        case .status(let reply): try say(StatusText.text(reply))
        case .confirmed: try say("confirmed: the last reload is kept\n")
        case .reload(let reply):
            try say(StatusText.text(reply, of: operation))
            try remark(reply.warnings)
        default: break
        }
    }

    private static func printJSON(of operation: Operation, socket path: String) throws(ClientFailure) {
        switch operation {
        case .run(let input, let options): try run(input, options, .json, socket: path)
        case .check(let input, let options):
            let source = try check(input, options)
            try say(JSONDocument.text(diagnostics: source.records))
            try reportOmission(source)
        case .dump(let parameters): try RecordDump.run(parameters, socket: path)
        case .monitor(let options): try EventMonitor.runJSON(options, socket: path)
        case .live(let database, let options): try RecordDump.runLive(database, options, socket: path)
        case .plan(let options): try PlanRun.run(options, .json, socket: path)
        case .schedule: try ScheduleRun.run(.json, socket: path)
        case .fingerprint(let options): try FingerprintRun.run(options, .json, socket: path)
        case .compare(let options): try CompareRun.run(options, .json, socket: path)
        default:
            guard let call = operation.singleCall else { return }
            switch try answer(to: call, socket: path) {
            case .explain(let reply): try say(JSONDocument.text(reply))
            case .diagnose(let reply):
                try say(JSONDocument.text(reply))
                try judge(reply)
            case .status(let reply): try say(JSONDocument.text(reply))
            case .confirmed: try say(JSONDocument.text(NoParameters()))
            case .reload(let reply): try say(JSONDocument.text(reply))
            default: break
            }
        }
    }

    /// Says on stderr why something failed, unless all has been said. Where that cannot be written nobody is told.
    static func complain(of failure: ClientFailure) {
        guard !failure.message.isEmpty else { return }
        var output = FileOutput.standardError
        try? output.write(failure.isNamed ? "\(failure.message)\n" : "setkey: \(failure.message)\n")
        try? output.flush()
    }

    /// Writes `text` to stdout.
    static func say(_ text: String) throws(ClientFailure) {
        var output = FileOutput.standardOutput
        try output.write(text)
        try output.flush()
    }

    // MARK: Without the daemon

    private static func check(_ input: Input, _ options: RunOptions) throws(ClientFailure) -> StatementSource {
        var source = try StatementSource(
            input, for: .check, expectsForward: !options.rfcSemantics, skew: options.skew)
        while source.next() != nil {}
        return source
    }

    private static func debug(_ source: consuming StatementSource) throws(ClientFailure) {
        var output = FileOutput.standardOutput
        while let loaded = source.next() {
            try output.write(source.sources[loaded.source].describe(loaded.statement))
            try output.write("\n")
        }
        try output.flush()
        try report(source)
    }

    private static func describe(_ statement: String) throws(ClientFailure) {
        try debug(StatementSource(commandLine: statement))
    }

    /// Prints all diagnostics on stderr; errors among them are a failure.
    static func report(_ source: borrowing StatementSource) throws(ClientFailure) {
        var text: [UInt8] = []
        source.appendDiagnostics(to: &text)
        var output = FileOutput.standardError
        try output.write(text)
        try output.flush()
        if source.hasErrors { throw ClientFailure(.failure, "", answer: .invalidText(source.records)) }
    }

    /// Prints on stderr what a list of all diagnostics does not have; errors are a failure.
    private static func reportOmission(_ source: borrowing StatementSource) throws(ClientFailure) {
        try remark(source.omission.map { [$0] } ?? [])
        if source.hasErrors { throw ClientFailure(.failure, "") }
    }

    // MARK: With the daemon

    private static func run(
        _ input: Input, _ options: RunOptions, _ form: OutputForm, socket path: String
    ) throws(ClientFailure) {
        let terms = DaemonTerms(ofDaemonAt: path)
        let source = try StatementSource(
            input, for: .run, expectsForward: !options.rfcSemantics, traits: terms.traits)
        try run(source, options, form, aheadLimit: terms.aheadLimit, socket: path)
    }

    /// Runs what has no error; an error of the text leaves everything undone.
    private static func run(
        _ source: consuming StatementSource, _ options: RunOptions, _ form: OutputForm, aheadLimit: Int = 0,
        socket path: String
    ) throws(ClientFailure) {
        var partition = RunPartition()
        var ahead = RunAhead(limit: aheadLimit, options, form, socket: path)
        while let loaded = source.next() {
            partition.add(loaded, sources: source.sources)
            if ahead.takes(partition.parts.count), !source.hasErrors {
                ahead.send(partition.parts, from: source.sources)
            }
        }
        partition.finish()
        try report(source)
        var run = StatementRun(partition, sources: source.sources, options: options, form)
        var client = try ahead.connection()
        try run.run(over: &client, sentAhead: ahead.count)
    }

    private static func dump(_ parameters: RenderParameters, socket path: String) throws(ClientFailure) {
        var client = try connect(path)
        var output = FileOutput.standardOutput
        var incomplete: String?
        try stream(.render(parameters), from: &client) { reply throws(ClientFailure) in
            guard case .render(let part) = reply else { return }
            try output.write(part.text.slice)
            incomplete = part.incomplete
        }
        try output.flush()
        if let incomplete { throw ClientFailure(.failure, "\(incomplete); what is known has been printed") }
    }

    /// What is wrong is a status of its own; notes are not.
    private static func judge(_ reply: DiagnoseReply) throws(ClientFailure) {
        guard !reply.findings.contains(where: { $0.severity != .known(.note) }) else { throw ClientFailure(.found, "") }
    }

    /// Passes on what the daemon remarks on its file.
    static func remark(_ remarks: [String]) throws(ClientFailure) {
        var output = FileOutput.standardError
        for remark in remarks { try output.write("\(remark)\n") }
        try output.flush()
    }
}
