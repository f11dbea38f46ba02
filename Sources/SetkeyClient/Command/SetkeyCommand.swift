package import ArgumentParser

/// The command line of `setkey`, as it is written; ``operation()`` makes sense of it.
package struct SetkeyCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "setkey",
        abstract: "Manipulate the IPsec SA and SP databases by hand, through the daemon setkeyd.",
        usage: """
            setkey [-dnkrpv] [--atomic] [--json] [--show-keys] [--skew SECONDS]
                   -c | -f FILE
            setkey [-adlNpv] [--json] [--show-keys] -D [-P]
            setkey [-dv] -F [-P]
            setkey [-H | --brief | --json] [--only associations | policies | expiry]
                   [--from PID] [--show-keys] [--no-wait] -x | -xx
            setkey [-a] [--json] [--once | --no-wait] -l [-P] | -V
            setkey [--per-sa] [--http] --metrics
            setkey [--json] --plan [--at TIME] [-f FILE [--skew SECONDS]]
            setkey [--json] --schedule | --doctor | --status
            setkey [--json] [--salt WORD] --fingerprint [-f FILE]
            setkey [--json] --explain SRC DST [UPPER [SPORT DPORT]]
                   [--in | --out | --forward] [--dev IF] [--mark N] [--if-id N]
            setkey [--owned] [--show-keys] --save
            setkey --wireshark | --graph
            setkey [--json] [--ssh COMMAND] --compare HOST | unix:PATH | FILE
            setkey --serve-stdio
            setkey [--bits N] [--credential NAME] --new-key ALGORITHM
            setkey [--overlap SECONDS] [--peer] [--show-keys] --roll FILE --spi SPI
                   --at TIME
            setkey [--json] --reload | --off | --on [--confirm SECONDS]
            setkey [--json] --confirm | --revert
            """,
        helpNames: .long)

    @OptionGroup(title: "OPERATIONS (exactly one)")
    package var operations: OperationFlags

    @OptionGroup(title: "MODIFIERS")
    package var modifiers: ModifierFlags

    @OptionGroup(title: "CONNECTION")
    package var connection: ConnectionOptions

    /// The packet of `--explain`. Else there are none: what stands here was meant to be a flag, or the argument of one.
    @Argument(help: .hidden)
    package var words: [String] = []

    /// `--confirm` is an operation, and with a number after it a modifier: this is the modifier's own name.
    package static let confirmWithin = "confirm-within"

    package init() {}
}

/// The flags that say what to do.
package struct OperationFlags: ParsableArguments {
    @Flag(
        name: [.customShort("c"), .customLong("stdin")],
        help: """
            Run statements from the standard input; on a terminal each one as soon as its ; is there.
            """)
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
        help: "Print every kernel message as it arrives; -xx with timestamps in seconds.")
    package var monitor: Int

    @Flag(
        name: [.customShort("l"), .customLong("live")],
        help: "Show the SAs, with -P the policies, as a table that is refreshed every second; alone or with -D.")
    package var live = false

    @Flag(name: .customLong("status"), help: "Print the daemon's status.")
    package var status = false

    @Flag(
        name: .customLong("metrics"),
        help: "Print figures in the text format of OpenMetrics, for Prometheus and programs like it.")
    package var metrics = false

    @Flag(
        name: .customLong("plan"),
        help: """
            Print what a reload would change; with -f FILE, if FILE were the daemon's file. Exit status 10 if it \
            would change anything.
            """)
    package var plan = false

    @Flag(
        name: .customLong("schedule"),
        help: "Print what of the daemon's file begins and ends when, the next first.")
    package var schedule = false

    @Flag(
        name: .customLong("explain"),
        help: """
            Say what the kernel does to a packet from SRC to DST: by which policy and which SAs, and why not by others. \
            UPPER is a protocol; SPORT and DPORT are its ports, of ICMP type and code.
            """)
    package var explain = false

    @Flag(
        name: .customLong("save"),
        help: """
            Print what the kernel has as statements that make it again, foreign entries included; what the language \
            cannot say is a comment.
            """)
    package var save = false

    @Flag(
        name: .customLong("wireshark"),
        help: "Print the SAs of ESP, keys included, as lines of Wireshark's table esp_sa; only for root.")
    package var wireshark = false

    @Flag(
        name: .customLong("graph"),
        help: "Print hosts, networks, SAs and policies as a graph for dot(1), with their health as colours.")
    package var graph = false

    @Flag(
        name: .customLong("doctor"),
        help: """
            Say what is wrong with the kernel's SAs and policies, or soon will be, with evidence, cause and remedy; ends \
            with 10 if something is.
            """)
    package var doctor = false

    @Flag(
        name: .customLong("fingerprint"),
        help: """
            Print fingerprints of the keys in the kernel, with -f FILE of those in FILE, to compare with the other end's; \
            of the kernel only for root.
            """)
    package var fingerprint = false

    @Option(
        name: .customLong("compare"),
        help: ArgumentHelp(
            """
            Say in what the SAs and policies here differ from those of the other end: HOST by ssh, the daemon at \
            unix:PATH, or a FILE. Ends with 10 if something differs.
            """, valueName: "HOST"))
    package var compare: String?

    @Flag(
        name: .customLong("serve-stdio"),
        help: "Carry calls of Varlink from the standard input to the daemon, and its replies to the standard output.")
    package var serveStdio = false

    @Option(
        name: .customLong("new-key"),
        help: ArgumentHelp(
            "Print a new random key for ALGORITHM; with --credential, write it into a file. No daemon is needed.",
            valueName: "ALGORITHM"))
    package var newKey: String?

    @Option(
        name: .customLong("roll"),
        help: ArgumentHelp(
            """
            Print the statements by which the SAs of a tunnel of FILE, that of --spi, give way to new ones --at a moment. \
            No daemon is needed.
            """, valueName: "FILE"))
    package var roll: String?

    @Flag(
        name: .customLong("reload"),
        help: "Make the daemon read its file again and apply what differs; wait for the outcome.")
    package var reload = false

    @Flag(
        name: .customLong("confirm"),
        help: """
            Keep the last reload. With --reload, --off or --on and a number of SECONDS (commit-confirm): it is rolled \
            back unless setkey --confirm follows within that time.
            """)
    package var confirm = false

    @Flag(name: .customLong("revert"), help: "Roll the last reload back.")
    package var revert = false

    @Flag(
        name: .customLong("off"),
        help: "Take out what the daemon's file owns, and apply nothing, over restarts and reboots, until --on.")
    package var off = false

    @Flag(name: .customLong("on"), help: "Apply the daemon's file again, after --off.")
    package var on = false

    @Flag(name: [.customShort("V"), .customLong("version")], help: "Print the version.")
    package var version = false

    package init() {}
}
