package import ArgumentParser

/// The command line of `setkey`, as it is written; ``operation()`` makes sense of it.
package struct SetkeyCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "setkey",
        abstract: "Manipulate the IPsec SA and SP databases by hand, through the daemon setkeyd.",
        usage: """
            setkey [-dnkrpv] [--atomic] [--json] [--show-keys] -c | -f FILE
            setkey [-adlNpv] [--json] [--show-keys] -D [-P]
            setkey [-dv] -F [-P]
            setkey [-H | --brief | --json] [--only associations | policies | expiry]
                   [--from PID] [--show-keys] -x | -xx
            setkey [-a] [--json] [--once] -l [-P] | -V
            setkey [--json] --plan [-f FILE] | --doctor | --status
            setkey [--json] --explain SRC DST [UPPER [SPORT DPORT]]
                   [--in | --out | --forward] [--dev IF] [--mark N] [--if-id N]
            setkey [--owned] [--show-keys] --save
            setkey --wireshark | --graph
            setkey [--json] --reload [--confirm SECONDS] | --confirm | --revert
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
        name: .customLong("plan"),
        help: """
            Print what a reload would change; with -f FILE, if FILE were the daemon's file. Exit status 10 if it \
            would change anything.
            """)
    package var plan = false

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
        name: .customLong("reload"),
        help: "Make the daemon read its file again and apply what differs; wait for the outcome.")
    package var reload = false

    @Flag(
        name: .customLong("confirm"),
        help: """
            Keep the last reload. With --reload and a number of SECONDS (commit-confirm): the reload is rolled back \
            unless setkey --confirm follows within that time.
            """)
    package var confirm = false

    @Flag(name: .customLong("revert"), help: "Roll the last reload back.")
    package var revert = false

    @Flag(name: [.customShort("V"), .customLong("version")], help: "Print the version.")
    package var version = false

    package init() {}
}

/// The flags that change how an operation does it.
package struct ModifierFlags: ParsableArguments {
    @Flag(name: [.customShort("P"), .customLong("policies")], help: "With -D, -F and -l: policies instead of SAs.")
    package var policies = false

    @Flag(name: [.customShort("n"), .long], help: "With -c and -f: only report errors and warnings; no daemon needed.")
    package var dryRun = false

    @Flag(name: [.customShort("d"), .long], help: "Print what the parser understood; nothing is sent.")
    package var debug = false

    @Flag(name: [.customShort("v"), .long], help: "Also print kernel messages that arrive during the operation.")
    package var verbose = false

    @Flag(name: [.customShort("a"), .customLong("all")], help: "With -D and -l: dead SAs too.")
    package var all = false

    @Flag(name: [.customShort("p"), .long], help: "Dumps show ports.")
    package var ports = false

    @Flag(name: [.customShort("N"), .long], help: "With -DP: leave out the policies of single sockets.")
    package var noPerSocket = false

    @Flag(exclusivity: .chooseLast)
    package var semantics: PolicySemantics?

    @Flag(name: .long, help: "With -c and -f: the first failure rolls back what this run did.")
    package var atomic = false

    @Flag(
        name: [.customShort("h"), .customShort("H"), .customLong("hex")],
        help: "With -x: a hexadecimal dump of each message.")
    package var hex = false

    @Flag(name: .long, help: "Show keys instead of <hidden>, or with --save of @NAME; only for root.")
    package var showKeys = false

    @Flag(name: .customLong("owned"), help: "With --save: only what the daemon's file declares.")
    package var owned = false

    @Flag(
        name: .long,
        help: """
            JSON instead of text: one document; with -x one object for each message, with -l one every second, in one \
            line each.
            """)
    package var json = false

    @Flag(name: .long, help: "With -x: of each message only the line that says what has happened.")
    package var brief = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "With -x: only messages about SAs, about policies, or about lifetimes that have ended.",
            valueName: "associations|policies|expiry"))
    package var only: EventSelection?

    @Option(
        name: .customLong("from"),
        help: ArgumentHelp(
            "With -x: only messages to the program with this process id, 0 for the kernel and for ip.",
            valueName: "PID"))
    package var processID: Int?

    @Flag(name: .long, help: "With -l: print the table once.")
    package var once = false

    @Flag(exclusivity: .exclusive)
    package var way: PacketWay?

    @Option(
        name: .customLong("dev"),
        help: ArgumentHelp("With --explain: the packet leaves or comes in by this network device.", valueName: "IF"))
    package var device: String?

    @Option(name: .customLong("mark"), help: ArgumentHelp("With --explain: the packet's mark.", valueName: "N"))
    package var mark: String?

    @Option(
        name: .customLong("if-id"),
        help: ArgumentHelp("With --explain: the packet passes the XFRM interface of this number.", valueName: "N"))
    package var interfaceID: UInt32?

    /// What ``CommandLineOutcome`` makes of `--confirm SECONDS`.
    @Option(name: .customLong(SetkeyCommand.confirmWithin), help: .hidden)
    package var confirmWithin: Int?

    package init() {}
}

/// What becomes of an `in` policy that is added or deleted; the last one given holds.
package enum PolicySemantics: EnumerableFlag {
    /// `-k`: it goes in as written.
    case kernel
    /// `-r`: it becomes a `fwd` one too.
    case rfc

    package static func name(for value: Self) -> NameSpecification {
        switch value {
        case .kernel: [.customShort("k"), .customLong("kernel-semantics")]
        case .rfc: [.customShort("r"), .customLong("rfc-semantics")]
        }
    }

    package static func help(for value: Self) -> ArgumentHelp? {
        switch value {
        case .kernel:
            "With -c and -f: policies go in as written; a gateway has to write its fwd policies, too (default)."
        case .rfc: "With -c and -f: every in policy becomes a fwd policy as well, as RFC 4301 expects."
        }
    }
}

/// Which way the packet of `--explain` goes.
package enum PacketWay: EnumerableFlag {
    /// `--out`: this machine sends it.
    case outbound
    /// `--in`: it is for this machine.
    case inbound
    /// `--forward`: this machine passes it on.
    case forwarded

    package static func name(for value: Self) -> NameSpecification {
        switch value {
        case .outbound: .customLong("out")
        case .inbound: .customLong("in")
        case .forwarded: .customLong("forward")
        }
    }

    package static func help(for value: Self) -> ArgumentHelp? {
        switch value {
        case .outbound: "With --explain: this machine sends the packet (default)."
        case .inbound: "With --explain: the packet comes in, for this machine."
        case .forwarded: "With --explain: the packet comes in, and leaves again."
        }
    }
}

/// How the daemon is found.
package struct ConnectionOptions: ParsableArguments {
    @Option(
        name: .customLong("socket"),
        help: ArgumentHelp(
            "The daemon's socket (default: $SETKEYD_SOCKET, or /run/setkeyd/control.sock).", valueName: "PATH"))
    package var socket: String?

    package init() {}
}
