/// Figures of one name: a metric family of OpenMetrics 1.0. ``all`` is the one table of them; docs/metrics.md is made of it.
package struct MetricFamily: Hashable, Sendable {
    /// What kind of figure it is.
    package enum Kind: String, Hashable, Sendable {
        /// Goes up and down.
        case gauge
        /// Only grows, until what counts begins again.
        case counter
        /// Always 1: what is told are the labels.
        case info

        /// What the names of its samples have behind the family's.
        package var suffix: String {
            switch self {
            case .gauge: ""
            case .counter: "_total"
            case .info: "_info"
            }
        }
    }

    /// `setkeyd_...`, with the unit at the end where it has one.
    package let name: String
    package let kind: Kind
    package let unit: String?
    /// The names of its samples' labels, in their order.
    package let labels: [String]
    /// One sentence, without a full stop; neither quotes nor backslashes are in it, which formats escape differently.
    package let help: String

    init(_ name: String, _ kind: Kind, unit: String? = nil, labels: [String] = [], _ help: String) {
        self.name = "setkeyd_" + name
        self.kind = kind
        self.unit = unit
        self.labels = labels
        self.help = help
    }

    /// What its samples are called.
    package var sampleName: String { name + kind.suffix }

    /// All of them, in the order of the text.
    package static let all = ofService + ofEntries + ofTunnels + ofAssociations + [xfrmDrops]
}

extension MetricFamily {
    package static let up = MetricFamily(
        "up", .gauge,
        "Whether setkeyd answers: 1; or 0, as setkey --metrics --http says in its place where it does not run")
    package static let build = MetricFamily("build", .info, labels: ["version"], "The version of setkeyd")
    package static let kernel = MetricFamily(
        "kernel", .info, labels: ["interface", "protects_traffic"],
        "By which interface the kernel is spoken to, and whether it has traffic to protect")
    package static let startTime = MetricFamily(
        "start_time_seconds", .gauge, unit: "seconds", "When setkeyd was started, in seconds since 1970")
    package static let clients = MetricFamily("clients", .gauge, "Connections to the control sockets")
    package static let inForce = MetricFamily(
        "in_force", .gauge, "Whether the kernel holds what the file declares, as far as is known: 1 or 0")
    package static let off = MetricFamily(
        "off", .gauge, "Whether nothing of the file is applied because of setkey --off: 1 or 0")
    package static let reloads = MetricFamily(
        "reloads", .counter, labels: ["outcome"],
        "Reloads, reverts, rollbacks and starts that have ended since the start, by their outcome: done, failed")
    package static let lastReloadTime = MetricFamily(
        "last_reload_time_seconds", .gauge, unit: "seconds",
        "When the last reload, revert, rollback or start ended, in seconds since 1970")
    package static let lastReloadDone = MetricFamily(
        "last_reload_done", .gauge, "Whether the last reload, revert, rollback or start did what it was to do: 1 or 0")
    package static let confirmationLeft = MetricFamily(
        "confirmation_left_seconds", .gauge, unit: "seconds",
        "Within how many seconds the last reload must be confirmed; no sample if none waits")
    package static let nextChange = MetricFamily(
        "next_change_seconds", .gauge, unit: "seconds",
        "Seconds until something that is declared for a time begins or ends; no sample if nothing does")
    package static let keysLeft = MetricFamily(
        "keys_left_seconds", .gauge, unit: "seconds",
        "Seconds until a policy has no SA, as the file declares it, 0 while one has none; no sample if all have one")
    package static let repairs = MetricFamily(
        "repairs", .counter, "Declared entries that were put back since the start because others had changed them")
    package static let overruns = MetricFamily(
        "kernel_overruns", .counter, "How often messages of the kernel have overrun the socket since the start")
    package static let readAge = MetricFamily(
        "kernel_read_age_seconds", .gauge, unit: "seconds", labels: ["database"],
        "How long ago the kernel was asked for all its entries, and with that for what it counts")
    package static let incomplete = MetricFamily(
        "kernel_incomplete", .gauge, labels: ["database"],
        "Whether the kernel cannot list a database to its end, so that foreign entries are not all counted: 1 or 0")

    package static let ofService = [
        up, build, kernel, startTime, clients, inForce, off, reloads, lastReloadTime, lastReloadDone, confirmationLeft,
        nextChange, keysLeft, repairs, overruns, readAge, incomplete,
    ]

    package static let associations = MetricFamily(
        "associations", .gauge, labels: ["owner", "state"],
        "SAs of the kernel by owner (declared, undeclared, foreign) and state")
    package static let policies = MetricFamily(
        "policies", .gauge, labels: ["owner", "direction"],
        "Policies of the kernel by owner and direction, without those of sockets")
    package static let declared = MetricFamily(
        "declared", .gauge, labels: ["database"], "Entries that the file declares")
    package static let missing = MetricFamily(
        "missing", .gauge, labels: ["database"],
        "Declared entries that the kernel does not have, those that have expired apart")
    package static let altered = MetricFamily(
        "altered", .gauge, labels: ["database"], "Declared entries that the kernel has otherwise than declared")
    package static let expired = MetricFamily(
        "expired", .gauge, labels: ["database"], "Declared entries whose hard lifetime has ended")
    package static let waiting = MetricFamily(
        "waiting_policies", .gauge, "Missing policies that wait for their network devices")
    package static let unrepaired = MetricFamily(
        "unrepaired", .gauge,
        "Missing and altered entries that are no longer put back, because another program insists or the kernel refuses"
    )

    package static let ofEntries = [associations, policies, declared, missing, altered, expired, waiting, unrepaired]

    /// The drop counters of `/proc/net/xfrm_stat`.
    package static let xfrmDrops = MetricFamily(
        "xfrm_drops", .counter, labels: ["counter"],
        "Packets that IPsec has dropped, by the counter of /proc/net/xfrm_stat; since boot")
}
