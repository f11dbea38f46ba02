package import ControlProtocol

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
    case live(DatabaseName, includeDead: Bool)
    /// `--plan`; without an input the daemon's own file.
    case plan(Input?, PlanOptions)
    /// `--explain`, and with `--json` as a document.
    case explain(ExplainParameters, json: Bool)
    /// `--save`.
    case save(SaveOptions)
    /// `--wireshark`.
    case wireshark
    /// `--graph`.
    case graph
    /// `--doctor`, and with `--json` as a document.
    case doctor(json: Bool)
    /// `--status`, and with `--json` as a document.
    case status(json: Bool)
    /// `--reload`.
    case reload(ReloadParameters)
    /// `--confirm`.
    case confirm
    /// `--revert`.
    case revert
    /// `-V`.
    case version
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

    package init() {}
}

/// How a plan is shown.
package struct PlanOptions: Hashable, Sendable {
    /// `--json`.
    package var json = false

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

/// How kernel messages are shown.
package struct MonitorOptions: Hashable, Sendable {
    /// `-xx`: timestamps in seconds since 1970 instead of the time of day.
    package var epoch = false
    /// `-h`, `-H`: a hexadecimal dump above each message.
    package var hexDump = false
    /// `--show-keys`.
    package var showKeys = false

    package init() {}
}
