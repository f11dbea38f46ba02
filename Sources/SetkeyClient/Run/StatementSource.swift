import ControlProtocol
import Glibc
import IPsec
import SetkeySyntax
import TextBytes

/// The statements of an input, and what is said about them.
struct StatementSource: ~Copyable {
    /// What is done with the statements, and so which of the rules about them are asked.
    enum Purpose {
        /// They are judged (`-n`, `-d`): all rules.
        case check
        /// They run: rules about traffic that would be cut off.
        case run
        /// They take the place of the daemon's file: all rules. `@NAME` is read by the daemon.
        case plan
        /// Their SAs are looked at: no rules.
        case fingerprint
        /// Their entries are looked at, as those of another machine: no rules.
        case compare
        /// Those that take the place of some of them are sought: no rules.
        case roll

        /// Whether the statements are neither run nor judged.
        var onlyLooks: Bool { self == .fingerprint || self == .compare || self == .roll }
    }

    private var loader: SourceLoader<FileSourceReader>
    private var evaluation: DesiredState.Evaluation?
    private let purpose: Purpose
    private let expectsForward: Bool
    private let clock: RuleClock
    /// What the rules say, once all statements have been read.
    private var remarks: [LoadedDiagnostic] = []
    /// The SAs that are left by all statements, where they are looked at.
    private(set) var associations: [SecurityAssociation] = []
    /// The policies, in the same way.
    private(set) var policies: [SecurityPolicy] = []
    /// All that they declare, at whatever moment, in the same way.
    private(set) var state = DesiredState.empty

    /// - Parameters:
    ///   - expectsForward: whether the text has to say `fwd` itself, so that a forgotten one is a warning.
    ///   - skew: by how many seconds the clocks of two ends may differ; `nil` for the ordinary.
    ///   - traits: of the kernel interface that is to carry the statements.
    init(
        _ input: Input, for purpose: Purpose, expectsForward: Bool, skew: Int? = nil, traits: KernelTraits = .pfKey
    ) throws(ClientFailure) {
        let options = Self.options(for: purpose, traits)
        let path: String
        switch input {
        case .standardInput:
            Self.invite(for: purpose)
            path = "-"
        case .file(let name): path = name
        }
        loader = SourceLoader(path: path, reader: FileSourceReader(allowsPipes: true), options: options)
        evaluation = DesiredState.Evaluation(purpose == .plan ? .declaration : .script)
        self.purpose = purpose
        self.expectsForward = expectsForward
        clock = Self.clock(skew)
        if let failure = loader.failure {
            throw ClientFailure(.failure, "\(failure); \(failure.advice)")
        }
    }

    /// A part of what is typed on a terminal.
    init(typed text: SourceText, traits: KernelTraits) {
        loader = SourceLoader(text: text, reader: FileSourceReader(), options: Self.options(for: .run, traits))
        // A forgotten `fwd` may come with the next line.
        evaluation = nil
        purpose = .run
        expectsForward = false
        clock = Self.clock(nil)
    }

    /// The statement that a flag stands for.
    init(commandLine text: String) {
        let text = SourceText(name: "command line", bytes: Array(text.utf8))
        loader = SourceLoader(text: text, reader: FileSourceReader(), options: ParserOptions())
        evaluation = nil
        purpose = .run
        expectsForward = false
        clock = Self.clock(nil)
    }

    private static func clock(_ skew: Int?) -> RuleClock {
        RuleClock(now: time(nil), skew: skew ?? RuleClock.ordinarySkew)
    }

    /// On a terminal, says that statements are awaited, and how they end: nothing happens before.
    private static func invite(for purpose: Purpose) {
        var output = FileOutput.standardError
        guard isatty(STDIN_FILENO) == 1, output.isTerminal else { return }
        let plan =
            switch purpose {
            case .check: "checked"
            case .run: "run, all or nothing"
            case .fingerprint: "read for their keys"
            case .roll: "searched for a tunnel"
            case .compare: "compared"
            case .plan: "compared with the kernel"
            }
        try? output.write("setkey: type statements, then exit or Ctrl-D; they are then \(plan)\n")
        try? output.flush()
    }

    private static func options(for purpose: Purpose, _ traits: KernelTraits) -> ParserOptions {
        var options = ParserOptions(
            credentials: credentials(for: purpose),
            protocolNames: ProtocolNames(parsing: table("/etc/protocols")),
            serviceNames: ServiceNames(parsing: table("/etc/services")), traits: traits,
            warns: purpose == .check || purpose == .plan)
        options.allowsValidity = purpose != .run
        // As by a daemon that takes whichever interface a text needs.
        if purpose == .check || purpose.onlyLooks { options.richerTraits = .xfrm }
        return options
    }

    /// Where there are none to read, the other keys are still good to know of.
    static func credentials(for purpose: Purpose) -> Credentials {
        let credentials = CredentialDirectory.ofThisProcess()
        switch (purpose, credentials) {
        case (.plan, _), (.fingerprint, .unavailable), (.compare, .unavailable), (.roll, _): return .unread
        default: return credentials
        }
    }

    /// A table of names; without one the built-in names serve.
    private static func table(_ path: String) -> [UInt8] {
        (try? FileSourceReader().read(path).bytes) ?? []
    }

    var sources: [SourceText] { loader.sources }

    /// The next good statement; at the end of all the rules are asked.
    mutating func next() -> LoadedStatement? {
        guard let loaded = loader.next() else {
            applyRules()
            return nil
        }
        // The rules of a run are about policies: a million SAs are not kept for them.
        if purpose != .run || loaded.statement.kind.isAboutPolicies {
            evaluation?.add(loaded.statement, from: loaded.source)
        }
        return loaded
    }

    private mutating func applyRules() {
        guard var evaluation = evaluation.take() else { return }
        evaluation.endText()
        // What a run does twice, the kernel refuses.
        if purpose != .run { remarks = evaluation.diagnostics }
        // Where a statement is wrong, what it was to declare is missing, and that would be remarked on.
        guard loader.errorCount == 0 else { return }
        let state = evaluation.finish()
        switch purpose {
        case .fingerprint: return associations = state.whole.associations.map(\.entry)
        case .compare:
            let present = state.at(clock.now)
            (associations, policies) = (present.associations.map(\.entry), present.policies.map(\.entry))
            return
        case .roll: return self.state = state
        case .check, .run, .plan: break
        }
        if purpose != .run {
            remarks +=
                FileRules.remarks(on: state, expectsForward: expectsForward, clock: clock)
                + FileRules.notes(on: state)
        } else if expectsForward {
            remarks = FileRules.trafficRemarks(on: state)
        }
    }

    /// Every error and warning that was found: what the parser says, then what the rules say.
    private var diagnostics: [LoadedDiagnostic] { loader.diagnostics + remarks }

    private var keptErrorCount: Int { diagnostics.count { $0.diagnostic.severity == .error } }

    var hasErrors: Bool { loader.errorCount > 0 || keptErrorCount > 0 }

    /// How many errors there are that are not among the diagnostics; `nil` if all are.
    var omission: String? {
        let count = loader.errorCount - keptErrorCount
        return count > 0 ? "... and \(counted(count, "more error"))" : nil
    }

    /// The diagnostics as records, with their places.
    var records: [DiagnosticRecord] {
        diagnostics.map { loader.sources[$0.source].record(of: $0.diagnostic) }
    }

    /// Appends the diagnostics as text.
    func appendDiagnostics(to output: inout [UInt8]) {
        let style = DiagnosticStyle.ofStandardError()
        for remark in diagnostics {
            loader.sources[remark.source].append(remark.diagnostic, style: style, to: &output)
            output.append("\n")
        }
        if let omission { output.append(contentsOf: "\(omission)\n".utf8) }
    }
}
