package import ArgumentParser

/// The command line of `setkey`, as it is written; ``operation()`` makes sense of it.
package struct SetkeyCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "setkey",
        abstract: "Manipulates the IPsec SA and SP databases by hand, through the daemon setkeyd.",
        usage: """
            setkey [-dnkrpv] [--atomic] -c | -f FILE
            setkey [-adlNpv] -D [-P]
            setkey [-dv] -F [-P]
            setkey [-H] -x | -xx
            setkey [-a] -l [-P] | -V
            setkey [--json] --plan [-f FILE] | --status
            setkey --reload [--confirm SECONDS] | --confirm | --revert
            """,
        helpNames: .long)

    @OptionGroup(title: "OPERATIONS (exactly one)")
    package var operations: OperationFlags

    @OptionGroup(title: "MODIFIERS")
    package var modifiers: ModifierFlags

    @OptionGroup(title: "CONNECTION")
    package var connection: ConnectionOptions

    /// `--confirm` is an operation, and with a number behind it a modifier: this is the modifier's own name.
    package static let confirmWithin = "confirm-within"

    package init() {}
}

/// The flags that say what to do.
package struct OperationFlags: ParsableArguments {
    @Flag(name: [.customShort("c"), .customLong("stdin")], help: "Run statements from the standard input.")
    package var standardInput = false

    @Option(
        name: [.customShort("f", allowingJoined: true), .customLong("file")], parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Run the statements of FILE; - is the standard input.", valueName: "FILE"))
    package var files: [String] = []

    @Flag(name: [.customShort("D"), .customLong("dump")], help: "Print the SAs; with -P, the policies.")
    package var dump = false

    @Flag(name: [.customShort("F"), .customLong("flush")], help: "Delete all SAs; with -P, all policies.")
    package var flush = false

    @Flag(
        name: [.customShort("x"), .customLong("monitor")],
        help: "Print every message of the kernel as it comes; -xx with timestamps in seconds.")
    package var monitor: Int

    @Flag(
        name: [.customShort("l"), .customLong("live")],
        help: "Show the SAs, with -P the policies, as a table that is refreshed every second; alone or with -D.")
    package var live = false

    @Flag(name: .customLong("status"), help: "Print how the daemon is.")
    package var status = false

    @Flag(
        name: .customLong("plan"),
        help: """
            Print what a reload would do, with -f FILE one of FILE in place of the daemon's file. \
            Exit status 10 if it would change something.
            """)
    package var plan = false

    @Flag(name: .customLong("reload"), help: "Make the daemon read its file again, and wait for the outcome.")
    package var reload = false

    @Flag(
        name: .customLong("confirm"),
        help: """
            Confirm the last reload. With --reload and a number of SECONDS: the reload is taken back unless it is \
            confirmed within that time.
            """)
    package var confirm = false

    @Flag(name: .customLong("revert"), help: "Take the last reload back.")
    package var revert = false

    @Flag(name: [.customShort("V"), .customLong("version")], help: "Print the version.")
    package var version = false

    package init() {}
}

/// The flags that change how an operation does it.
package struct ModifierFlags: ParsableArguments {
    @Flag(name: [.customShort("P"), .customLong("policies")], help: "With -D and -F: policies instead of SAs.")
    package var policies = false

    @Flag(name: [.customShort("n"), .long], help: "With -c and -f: only report errors and warnings; no daemon needed.")
    package var dryRun = false

    @Flag(name: [.customShort("d"), .long], help: "Print what the parser understood; nothing is sent.")
    package var debug = false

    @Flag(name: [.customShort("v"), .long], help: "Also print the kernel's messages meanwhile.")
    package var verbose = false

    @Flag(name: [.customShort("a"), .customLong("all")], help: "With -D and -l: dead SAs too.")
    package var all = false

    @Flag(name: [.customShort("p"), .long], help: "Dumps show ports.")
    package var ports = false

    @Flag(name: [.customShort("N"), .long], help: "With -DP: leave out the policies of single sockets.")
    package var noPerSocket = false

    @Flag(
        name: [.customShort("k"), .long],
        help: "With -c and -f: policies go in as written, a gateway's fwd is written too. The default.")
    package var kernelSemantics = false

    @Flag(
        name: [.customShort("r"), .long],
        help: "With -c and -f: every in policy becomes a fwd policy too, as in RFC 4301.")
    package var rfcSemantics = false

    @Flag(name: .long, help: "With -c and -f: the first failure undoes what was done.")
    package var atomic = false

    @Flag(
        name: [.customShort("h"), .customShort("H"), .customLong("hex")],
        help: "With -x: a hexadecimal dump of each message.")
    package var hex = false

    @Flag(name: .long, help: "Show keys instead of <hidden>; for root.")
    package var showKeys = false

    @Flag(name: .long, help: "With --plan and --status: JSON instead of text.")
    package var json = false

    /// What ``CommandLineOutcome`` makes of `--confirm SECONDS`.
    @Option(name: .customLong(SetkeyCommand.confirmWithin), help: .hidden)
    package var confirmWithin: Int?

    package init() {}
}

/// How the daemon is found.
package struct ConnectionOptions: ParsableArguments {
    @Option(
        name: .customLong("socket"),
        help: ArgumentHelp(
            "The daemon's socket; else $SETKEYD_SOCKET, else /run/setkeyd/control.sock.", valueName: "PATH"))
    package var socket: String?

    package init() {}
}
