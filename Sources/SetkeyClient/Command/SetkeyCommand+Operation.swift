import ControlProtocol
import IPsec
import SetkeySyntax
import TextBytes

extension SetkeyCommand {
    /// What the command line asks for.
    ///
    /// - Throws: ``ClientFailure`` with ``ExitStatus/usage`` for a contradiction; it says which.
    package func operation() throws(ClientFailure) -> Operation {
        if operations.version { return .version }
        if let failure = strayWord ?? misplacedConfirmation { throw failure }
        let kind = try onlyKind()
        for modifier in modifiers.given where !modifier.partners.contains(kind) && !modifier.isIgnoredBy.contains(kind)
        {
            throw contradiction(modifier, kind)
        }
        for modifier in modifiers.given {
            guard let rival = modifier.rivals(with: kind).first(where: modifiers.given.contains) else { continue }
            throw .usage("\(modifier.rawValue) and \(rival.rawValue) cannot be combined")
        }
        switch kind {
        case .standardInput, .file: return try run(kind)
        case .dump: return dump
        case .flush: return flush
        case .monitor: return .monitor(monitorOptions)
        case .live: return live
        case .plan: return try plan
        case .schedule: return .schedule
        case .explain: return try explain
        case .save: return .save(saveOptions)
        case .wireshark: return .wireshark
        case .graph: return .graph
        case .doctor: return .doctor
        case .fingerprint: return try fingerprint
        case .compare: return .compare(try CompareOptions(operations.compare ?? "", ssh: modifiers.ssh))
        case .serveStdio: return .serveStdio
        case .newKey: return try newKey
        case .roll: return try roll
        case .status: return .status
        case .metrics: return .metrics(metricsOptions)
        case .reload: return .reload(try reload)
        case .confirm: return .confirm
        case .revert: return .revert
        case .off: return .turnOff(try reload)
        case .on: return .turnOn(try reload)
        case .version: return .version
        }
    }

    /// How it is printed.
    var form: OutputForm { modifiers.json ? .json : .text }

    private func contradiction(_ modifier: Modifier, _ kind: OperationKind) -> ClientFailure {
        if modifier == .dryRun, kind == .flush {
            return .usage("-n sends nothing, and -F does nothing but send: leave one of them out")
        }
        return .usage("\(modifier.rawValue) goes with \(Self.list(modifier.partners)), not with \(kind.rawValue)")
    }

    /// `--confirm` is two things; whoever gives half of one is told both.
    private var misplacedConfirmation: ClientFailure? {
        let partner = operations.kinds.first(where: Modifier.confirmWithin.partners.contains)
        if let seconds = modifiers.confirmWithin, partner == nil {
            return .usage(
                "--confirm \(seconds) goes with --reload, --off or --on: setkey --reload --confirm \(seconds); "
                    + "to keep the last reload: setkey --confirm")
        }
        if let partner, operations.confirm {
            let name = partner.rawValue
            return .usage(
                "\(name) --confirm needs a number of seconds, for example setkey \(name) --confirm 60; "
                    + "to keep the last reload: setkey --confirm")
        }
        return nil
    }

    private func onlyKind() throws(ClientFailure) -> OperationKind {
        let kinds = operations.kinds
        guard let kind = kinds.first else {
            if modifiers.hex {
                throw .usage("-h adds a hexadecimal dump to -x; the help is --help")
            }
            throw .usage("no operation is given: one of \(Self.list(OperationKind.allCases)) is needed")
        }
        if kinds.count > 1 {
            throw .usage("\(Self.list(kinds, last: "and")) cannot be combined")
        }
        return kind
    }

    private func input(_ path: String?) throws(ClientFailure) -> Input {
        guard operations.files.count <= 1 else {
            throw .usage("-f is given \(operations.files.count) times: give it once; that file can include others")
        }
        guard let path, path != "-" else { return .standardInput }
        guard !path.isEmpty else { throw .usage("-f needs the name of a file") }
        return .file(path)
    }

    private var plan: Operation {
        get throws(ClientFailure) {
            var options = PlanOptions()
            options.input = try operations.files.first.map { (path) throws(ClientFailure) in try input(path) }
            options.skew = try skew
            if modifiers.skew != nil, options.input == nil { throw .usage("--skew with --plan needs -f FILE") }
            options.moment = try moment
            return .plan(options)
        }
    }

    private var moment: Int? {
        get throws(ClientFailure) {
            guard let text = modifiers.moment else { return nil }
            guard let moment = CalendarTime(parsing: text.utf8) else {
                throw .usage("--at takes a time with its zone, such as 2026-12-01T00:00:00Z, not '\(text)'")
            }
            return moment.seconds
        }
    }

    private var roll: Operation {
        get throws(ClientFailure) {
            .roll(
                try RollOptions(
                    try input(operations.roll), spi: modifiers.spi, at: try moment, overlap: modifiers.overlap,
                    isForPeer: modifiers.peer, showKeys: modifiers.showKeys))
        }
    }

    private var skew: Int? {
        get throws(ClientFailure) {
            guard let skew = modifiers.skew else { return nil }
            guard (0...86_400).contains(skew) else { throw .usage("--skew takes 0 to 86400 seconds, not \(skew)") }
            return skew
        }
    }

    private var metricsOptions: MetricsOptions {
        var options = MetricsOptions()
        options.perAssociation = modifiers.perSA
        options.isHTTP = modifiers.http
        return options
    }

    private var fingerprint: Operation {
        get throws(ClientFailure) {
            var options = FingerprintOptions()
            options.input = try operations.files.first.map { (path) throws(ClientFailure) in try input(path) }
            options.salt = modifiers.salt
            if let salt = modifiers.salt, !SaltedFingerprint.isUsable(salt) {
                throw .usage(
                    "--salt takes a word of at most \(SaltedFingerprint.maximumSaltBytes) letters, digits, '-', '_' and '.', "
                        + "which does not begin with '-'")
            }
            return .fingerprint(options)
        }
    }

    private var newKey: Operation {
        get throws(ClientFailure) {
            .newKey(
                try NewKeyOptions(
                    operations.newKey ?? "", bitCount: modifiers.bits, credential: modifiers.credential))
        }
    }

    private var explain: Operation {
        get throws(ClientFailure) {
            let question = ExplainQuestion()
            var flow = try question.flow(words)
            if let mark = modifiers.mark { flow.mark = try question.mark(mark) }
            if let device = modifiers.device { flow.device = try question.device(device) }
            if let number = modifiers.interfaceID { flow.interfaceID = InterfaceID(rawValue: number) }
            let direction: Direction =
                switch modifiers.way {
                case .inbound: .inbound
                case .forwarded: .forward
                case .outbound, nil: .outbound
                }
            return .explain(ExplainParameters(flow, direction))
        }
    }

    private var reload: ReloadParameters {
        get throws(ClientFailure) {
            var parameters = ReloadParameters()
            parameters.confirmSeconds = modifiers.confirmWithin
            if let seconds = modifiers.confirmWithin, !(1...86_400).contains(seconds) {
                throw .usage("--confirm takes 1 to 86400 seconds, not \(seconds)")
            }
            return parameters
        }
    }

    private func run(_ kind: OperationKind) throws(ClientFailure) -> Operation {
        let input = try input(operations.files.first)
        if modifiers.debug { return .debug(input, runOptions) }
        guard modifiers.dryRun else {
            if modifiers.skew != nil { throw .usage("--skew goes with -n and --plan: a run has no times") }
            return .run(input, runOptions)
        }
        var options = runOptions
        options.skew = try skew
        return .check(input, options)
    }

    /// What a dump stands for.
    private var dumpStatement: String { modifiers.policies ? "spddump ;" : "dump ;" }

    private var live: Operation {
        if modifiers.debug { return .describe(statement: dumpStatement) }
        var options = LiveOptions()
        options.includeDead = modifiers.all
        options.once = modifiers.once
        options.waits = !modifiers.noWait
        return .live(modifiers.policies ? .policies : .associations, options)
    }

    private var dump: Operation {
        let statement = dumpStatement
        if modifiers.debug { return .describe(statement: statement) }
        if modifiers.verbose { return .verbose(statement: statement, runOptions) }
        var parameters = RenderParameters(database: modifiers.policies ? .policies : .associations)
        parameters.includeDead = modifiers.all ? true : nil
        parameters.showPorts = modifiers.ports ? true : nil
        parameters.hidePerSocket = modifiers.noPerSocket && modifiers.policies ? true : nil
        parameters.showKeys = modifiers.showKeys ? true : nil
        return .dump(parameters)
    }

    private var flush: Operation {
        let statement = modifiers.policies ? "spdflush ;" : "flush ;"
        if modifiers.debug { return .describe(statement: statement) }
        if modifiers.verbose { return .verbose(statement: statement, runOptions) }
        return .flush(FlushParameters(database: modifiers.policies ? .policies : .associations))
    }

    private var runOptions: RunOptions {
        var options = RunOptions()
        options.rfcSemantics = modifiers.semantics == .rfc
        options.atomic = modifiers.atomic
        options.verbose = modifiers.verbose
        options.showPorts = modifiers.ports
        options.showKeys = modifiers.showKeys
        return options
    }

    private var saveOptions: SaveOptions {
        var options = SaveOptions()
        options.ownedOnly = modifiers.owned
        options.showKeys = modifiers.showKeys
        return options
    }

    private var monitorOptions: MonitorOptions {
        var options = MonitorOptions()
        options.epoch = operations.monitor > 1
        options.hexDump = modifiers.hex
        options.brief = modifiers.brief
        options.only = modifiers.only
        options.processID = modifiers.processID
        options.waits = !modifiers.noWait
        options.showKeys = modifiers.showKeys
        return options
    }

    /// `-a, -b or -c`.
    private static func list(_ kinds: [OperationKind], last word: String = "or") -> String {
        listed(kinds.map(\.rawValue), word)
    }
}
