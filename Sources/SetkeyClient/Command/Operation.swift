package import ControlProtocol

/// What is printed, whatever the operation.
package enum OutputForm: Hashable, Sendable {
    /// For people, and for scripts of old.
    case text
    /// `--json`: what the daemon answers, as it travels.
    case json
}

/// What one call of `setkey` does: the command line, checked.
package enum Operation: Hashable, Sendable {
    /// `-c`, `-f`: run statements.
    case run(Input, RunOptions)
    /// `-n`: parse, and say what is wrong.
    case check(Input, RunOptions)
    /// `-d`: parse, and print what was understood.
    case debug(Input, RunOptions)
    /// `-d` with `-D`, `-F` or `-l`: print the statement that it stands for.
    case describe(statement: String)
    /// `-D`, `-DP`.
    case dump(RenderParameters)
    /// `-F`, `-FP`.
    case flush(FlushParameters)
    /// `-D`, `-F` with `-v`: the same as a statement, whose kernel messages are shown.
    case verbose(statement: String, RunOptions)
    /// `-x`.
    case monitor(MonitorOptions)
    /// `-l`, and with `-P` the policies.
    case live(DatabaseName, LiveOptions)
    /// `--plan`.
    case plan(PlanOptions)
    /// `--schedule`.
    case schedule
    /// `--explain`.
    case explain(ExplainParameters)
    /// `--save`.
    case save(SaveOptions)
    /// `--wireshark`.
    case wireshark
    /// `--graph`.
    case graph
    /// `--doctor`.
    case doctor
    /// `--metrics`.
    case metrics(MetricsOptions)
    /// `--fingerprint`.
    case fingerprint(FingerprintOptions)
    /// `--compare`.
    case compare(CompareOptions)
    /// `--serve-stdio`.
    case serveStdio
    /// `--new-key`.
    case newKey(NewKeyOptions)
    /// `--roll`.
    case roll(RollOptions)
    /// `--status`.
    case status
    /// `--reload`.
    case reload(ReloadParameters)
    /// `--confirm`.
    case confirm
    /// `--revert`.
    case revert
    /// `--off`.
    case turnOff(ReloadParameters)
    /// `--on`.
    case turnOn(ReloadParameters)
    /// `-V`.
    case version
}

extension Operation {
    /// The call that it is, of an operation that is one call with one reply.
    var singleCall: Call? {
        switch self {
        case .explain(let parameters): .explain(parameters)
        case .doctor: .diagnose
        case .status: .status
        case .reload(let parameters): .reload(parameters)
        case .confirm: .confirm
        case .revert: .revert
        case .turnOff(let parameters): .turnOff(parameters)
        case .turnOn(let parameters): .turnOn(parameters)
        default: nil
        }
    }
}

/// Where statements come from.
package enum Input: Hashable, Sendable {
    /// `-c`, or the file `-`.
    case standardInput
    /// `-f`: a path, as it was given.
    case file(String)
}

/// How statements are run.
package struct RunOptions: Hashable, Sendable {
    /// `-r`: an `in` policy also becomes a `fwd` one.
    package var rfcSemantics = false
    /// `--atomic`: the first failure undoes the run.
    package var atomic = false
    /// `-v`: show the kernel's messages.
    package var verbose = false
    /// `-p`: dumps show ports.
    package var showPorts = false
    /// `--show-keys`.
    package var showKeys = false
    /// `--skew`, with `-n`: by how many seconds the clocks of two ends may differ; without one, the ordinary.
    package var skew: Int?

    package init() {}
}

/// What a live view shows, and how long.
package struct LiveOptions: Hashable, Sendable {
    /// `-a`: dead SAs too.
    package var includeDead = false
    /// `--once`: one sample, and no more.
    package var once = false
    /// Without `--no-wait`: where the daemon goes, it waits for it to come back; with `once` it does not either.
    package var waits = true

    package init() {}
}

/// Of what a plan is made.
package struct PlanOptions: Hashable, Sendable {
    /// The text that would take the place of the daemon's own file; without one, that.
    package var input: Input?
    /// `--at`: of which moment, in seconds since 1970; without one, now.
    package var moment: Int?
    /// `--skew`: by how many seconds the clocks of two ends may differ; without one, the ordinary.
    package var skew: Int?

    package init() {}
}

/// Of which keys fingerprints are printed.
package struct FingerprintOptions: Hashable, Sendable {
    /// Those of a text; without one, those of the kernel.
    package var input: Input?
    /// `--salt`; without one, it is drawn.
    package var salt: String?

    package init() {}
}

/// What is saved of the kernel's state.
package struct SaveOptions: Hashable, Sendable {
    /// `--owned`: nothing that is foreign.
    package var ownedOnly = false
    /// `--show-keys`.
    package var showKeys = false

    package init() {}
}

/// Which figures are printed, and how.
package struct MetricsOptions: Hashable, Sendable {
    /// `--per-sa`: those of each SA.
    package var perAssociation = false
    /// `--http`: as the answer to the request on the standard input.
    package var isHTTP = false

    package init() {}
}

/// Which kernel messages are shown, and how.
package struct MonitorOptions: Hashable, Sendable {
    /// `--only`: no others than these.
    package var only: EventSelection?
    /// `--from`: no others than those of this process, as the messages say.
    package var processID: Int?
    /// `--brief`: the line that says what has happened, without the message.
    package var brief = false
    /// `-xx`: timestamps in seconds since 1970 instead of the time of day.
    package var epoch = false
    /// Without `--no-wait`: where the daemon goes, it waits for it to come back.
    package var waits = true
    /// `-h`, `-H`: a hexadecimal dump above each message.
    package var hexDump = false
    /// `--show-keys`.
    package var showKeys = false

    package init() {}
}
