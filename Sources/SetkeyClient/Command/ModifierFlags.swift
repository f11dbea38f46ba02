package import ArgumentParser
import SetkeySyntax

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

    @Flag(
        name: .customLong("no-wait"),
        help: "With -x and -l: end with 3 when the daemon stops, instead of waiting for it to come back.")
    package var noWait = false

    @Flag(name: .customLong("per-sa"), help: "With --metrics: the figures of each SA, too.")
    package var perSA = false

    @Flag(
        name: .long,
        help: "With --metrics: answer the HTTP request on the standard input, as setkeyd-metrics@.service does.")
    package var http = false

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

    @Option(
        name: .customLong("salt"),
        help: ArgumentHelp(
            "With --fingerprint: make them with WORD, which the other end has printed.", valueName: "WORD"))
    package var salt: String?

    @Option(
        name: .customLong("at"),
        help: ArgumentHelp(
            "With --plan: of what is declared at TIME, such as 2026-12-01T00:00:00Z. With --roll: when.",
            valueName: "TIME"))
    package var moment: String?

    @Option(
        name: .customLong("skew"),
        help: ArgumentHelp(
            "With -n and --plan: by how much the clocks of two ends may differ (default: \(RuleClock.ordinarySkew)).",
            valueName: "SECONDS"))
    package var skew: Int?

    @Option(
        name: .customLong("ssh"),
        help: ArgumentHelp("With --compare: what reaches HOST, instead of ssh.", valueName: "COMMAND"))
    package var ssh: String?

    @Option(
        name: .customLong("bits"),
        help: ArgumentHelp("With --new-key: how long the key is, its salt included.", valueName: "N"))
    package var bits: Int?

    @Option(
        name: .customLong("credential"),
        help: ArgumentHelp(
            "With --new-key: write it to NAME in /etc/setkeyd/keys, or to a path with a /, and print where.",
            valueName: "NAME"))
    package var credential: String?

    @Option(
        name: .customLong("spi"),
        help: ArgumentHelp("With --roll: the SPI of an SA of the tunnel.", valueName: "SPI"))
    package var spi: String?

    @Option(
        name: .customLong("overlap"),
        help: ArgumentHelp(
            "With --roll: by how much what receives begins earlier, and ends later (default: \(RollOptions.ordinaryOverlap)).",
            valueName: "SECONDS"))
    package var overlap: Int?

    @Flag(name: .customLong("peer"), help: "With --roll: the statements for the other end.")
    package var peer = false

    /// What ``CommandLineOutcome`` makes of `--confirm SECONDS`.
    @Option(name: .customLong(SetkeyCommand.confirmWithin), help: .hidden)
    package var confirmWithin: Int?

    package init() {}
}
