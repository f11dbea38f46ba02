/// The way of the packets that a policy looks at; the values are PF_KEY's (`IPSEC_DIR_*`, and Linux's per-socket ones).
package enum Direction: UInt8, Hashable, Sendable {
    /// Packets to this machine.
    case inbound = 1
    /// Packets that leave this machine, forwarded ones included.
    case outbound = 2
    /// Packets that this machine forwards; Linux checks them here and not as `inbound`.
    case forward = 3
    /// A per-socket policy (`IP_IPSEC_POLICY`): dumped, never managed.
    case socketInbound = 4
    /// The same of packets that leave.
    case socketOutbound = 5

    /// Those of the SPD, in the order in which the kernel tells its defaults.
    package static let managed: [Direction] = [.inbound, .forward, .outbound]

    /// Whether it belongs to one socket and not to the SPD that we manage.
    package var isPerSocket: Bool { self == .socketInbound || self == .socketOutbound }

    /// The word of the language and of dumps.
    package var word: StaticString {
        switch self {
        case .inbound: "in"
        case .outbound: "out"
        case .forward: "fwd"
        case .socketInbound: "in(socket)"
        case .socketOutbound: "out(socket)"
        }
    }
}

/// What happens to matching packets (RFC 4301, 4.4.1).
package enum PolicyAction: Hashable, Sendable {
    /// The language's `discard`.
    case discard
    /// The language's `none`: in clear.
    case bypass
    /// The language's `ipsec`: through these transforms, in this order.
    case protect([Transform])
    /// `IPSEC_POLICY_ENTRUST` and `IPSEC_POLICY_BYPASS` of per-socket policies: seen in dumps, never written.
    case perSocket(UInt8)
}

/// What one step of `protect` needs (a "request" of setkey, a template of XFRM).
package struct Transform: Hashable, Sendable {
    /// AH, ESP or IPComp; a number, because the kernel may name others.
    package var nextLayer: NextLayerProtocol
    /// Whether packets or their payloads go through it.
    package var mode: Mode
    /// The tunnel's ends; `nil` in transport mode, where the packet's own addresses serve.
    package var endpoints: Endpoints?
    /// Whether a packet may do without it, and which SA will do.
    package var level: TransformLevel
    /// Whether the kernel's says something that the language has no word for, such as an SPI.
    package var saysMore = false

    /// Source and destination of the outer header.
    package struct Endpoints: Hashable, Sendable {
        /// The near end of an outbound tunnel, the far end of an inbound one.
        package var source: IPAddress
        /// The other end, of the same family.
        package var destination: IPAddress
        /// Ports of the `src[p]-dst[p]` form; 0 for none.
        package var sourcePort: UInt16
        /// As ``sourcePort``.
        package var destinationPort: UInt16

        package init(
            source: IPAddress, destination: IPAddress, sourcePort: UInt16 = 0, destinationPort: UInt16 = 0
        ) {
            self.source = source
            self.destination = destination
            self.sourcePort = sourcePort
            self.destinationPort = destinationPort
        }
    }

    package init(nextLayer: NextLayerProtocol, mode: Mode, endpoints: Endpoints?, level: TransformLevel) {
        self.nextLayer = nextLayer
        self.mode = mode
        self.endpoints = endpoints
        self.level = level
    }
}

/// How strictly a transform is wanted (`IPSEC_LEVEL_*`).
package enum TransformLevel: Hashable, Sendable {
    /// Stored as `require` (kernel-facts K22).
    case `default`
    /// By an SA if there is one, else in clear.
    case use
    /// By an SA, or the packet does not pass.
    case require
    /// Only an SA with this reqid; `.none` lets the kernel draw one.
    case unique(ReqID)

    /// The reqid of `unique`, else none.
    package var reqID: ReqID {
        if case .unique(let reqID) = self { reqID } else { .none }
    }
}

/// The kernel's own number of a policy (`sadb_x_policy_id`); its lowest three bits tell the direction.
package struct PolicyIndex: RawRepresentable, Hashable, Sendable {
    /// The kernel's number, not 0.
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }
}

/// A Security Policy (RFC 4301, 4.4.1), as the file declares it and as the kernel reports it.
///
/// A value in one reference, as a ``SecurityAssociation`` is: to set a property makes a new one, so make it of
/// ``Fields`` where many are made.
package struct SecurityPolicy: Sendable {
    /// The priority of a policy that names none: setkey's `prio def`.
    package static let defaultPriority: UInt32 = 0x8000_0000

    private var storage: Storage

    private final class Storage: Sendable {
        let fields: Fields

        /// A policy of all its fields: one allocation.
        init(_ fields: consuming Fields) {
            self.fields = fields
        }
    }

    package init(_ fields: consuming Fields) {
        storage = Storage(fields)
    }

    /// A policy that lasts; everything else is set afterwards.
    package init(identity: PolicyIdentity, action: PolicyAction, priority: UInt32 = SecurityPolicy.defaultPriority) {
        self.init(Fields(identity: identity, action: action, priority: priority))
    }

    /// What becomes of the packets of a direction that no policy matches. The kernel has an entry of the name only while
    /// it drops them: it has let them pass from the beginning.
    package init(defaultOf direction: Direction, action: PolicyAction = .discard) {
        self.init(identity: PolicyIdentity(defaultOf: direction), action: action, priority: 0)
    }

    /// A policy of these fields: `known` itself where that is the same, so that nothing is made.
    package init(_ fields: consuming Fields, knowing known: SecurityPolicy?) {
        if let known, known.storage.fields == fields {
            self = known
        } else {
            self.init(fields)
        }
    }

    /// All of it, to be read and written together.
    package var fields: Fields {
        get { storage.fields }
        set { storage = Storage(newValue) }
    }

    /// What a policy is; the properties of the same names of ``SecurityPolicy`` are these.
    package struct Fields: Equatable, Sendable {
        /// Direction and selector: what names it.
        package var identity: PolicyIdentity
        /// What happens to the packets that it matches.
        package var action: PolicyAction
        /// The kernel's number: the lowest wins. 0, the strongest, is what a zero field on the wire means.
        package var priority: UInt32
        /// Given by the kernel; `nil` in a declared policy.
        package var index: PolicyIndex?
        /// The kernel's reference count, which dumps show.
        package var referenceCount: UInt16 = 0
        /// What it does besides.
        package var flags: PolicyFlags = []
        /// `addTime` is when it was created, `useTime` when it was last used; zero in a declared policy.
        package var current = Lifetime.zero
        /// After how many seconds it goes: since it was made (`addTime`), or since it was last used (`useTime`).
        package var limits = LifetimeLimits.none
        /// The label of a security module (`sadb_x_sec_ctx`); `nil` for none.
        package var securityContext: SecurityContext?

        /// A policy that lasts; everything else is set afterwards.
        package init(
            identity: PolicyIdentity, action: PolicyAction, priority: UInt32 = SecurityPolicy.defaultPriority
        ) {
            self.identity = identity
            self.action = action
            self.priority = priority
        }
    }
}

extension SecurityPolicy: Hashable {
    /// Whether it is the same as `other` in memory.
    package func isIdentical(to other: SecurityPolicy) -> Bool { storage === other.storage }

    package static func == (left: Self, right: Self) -> Bool {
        left.isIdentical(to: right) || left.storage.fields == right.storage.fields
    }

    /// By identity: equal policies have equal identities.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(identity)
    }
}

extension SecurityPolicy {
    /// When its hard limits end it, in seconds since 1970, as far as is known when it was last used: Linux counts an
    /// unused policy from its making on (`xfrm_policy_timer`). `nil` for one that lasts.
    package var end: UInt64? {
        let (hard, current) = (fields.limits.hard, fields.current)
        let lastUse = current.useTime == 0 ? current.addTime : current.useTime
        return [(current.addTime, hard.addTime), (lastUse, hard.useTime)].filter { $0.1 > 0 }
            .map { start, seconds in
                let (end, overflows) = start.addingReportingOverflow(seconds)
                return overflows ? .max : end
            }
            .min()
    }
}

// MARK: The fields one by one

/// The properties of ``Fields``, which says what they are; to set one makes a new policy.
extension SecurityPolicy {
    package var identity: PolicyIdentity {
        get { fields.identity }
        set { fields.identity = newValue }
    }
    package var action: PolicyAction {
        get { fields.action }
        set { fields.action = newValue }
    }
    package var priority: UInt32 {
        get { fields.priority }
        set { fields.priority = newValue }
    }
    package var index: PolicyIndex? {
        get { fields.index }
        set { fields.index = newValue }
    }
    package var referenceCount: UInt16 {
        get { fields.referenceCount }
        set { fields.referenceCount = newValue }
    }
    package var flags: PolicyFlags {
        get { fields.flags }
        set { fields.flags = newValue }
    }
    package var current: Lifetime {
        get { fields.current }
        set { fields.current = newValue }
    }
    package var limits: LifetimeLimits {
        get { fields.limits }
        set { fields.limits = newValue }
    }
    package var securityContext: SecurityContext? {
        get { fields.securityContext }
        set { fields.securityContext = newValue }
    }
}
