import IPsec

/// Looks for the policy by which the kernel decides on a packet: of those that match the one of the lowest priority number,
/// and of equal ones the oldest (kernel-facts 7). A default is what holds where none matches.
struct PolicySearch: Sendable {
    /// A policy for packets from here to there, but not for this one.
    struct Miss: Sendable {
        let policy: SecurityPolicy
        let fields: [FlowField]
    }

    /// How many of each kind are told.
    static let limit = 3

    let direction: Direction
    let flow: Flow
    private(set) var best: SecurityPolicy?
    /// Those that match and are as strong as ``best``, and do something else: which of them it is is a matter of their age.
    private(set) var rivals: [SecurityPolicy] = []
    private(set) var misses: [Miss] = []
    /// Whether packets that no policy matches are dropped.
    private(set) var isBlockedByDefault = false

    init(_ direction: Direction, of flow: Flow) {
        (self.direction, self.flow) = (direction, flow)
    }

    /// Policies come in the order of the mirror, the newest first.
    mutating func look(at policy: SecurityPolicy) {
        let identity = policy.identity
        guard identity.direction == direction else { return }
        if identity.isDefault { return isBlockedByDefault = true }
        // Most are for others.
        guard identity.selector.source.contains(flow.source), identity.selector.destination.contains(flow.destination)
        else { return }
        let fields = identity.mismatches(with: flow)
        guard fields.isEmpty else { return note(Miss(policy: policy, fields: fields)) }
        guard let best, policy.priority >= best.priority else {
            self.best = policy
            return rivals = []
        }
        guard policy.priority == best.priority else { return }
        if best.action != policy.action { rivals.insert(best, at: 0) }
        rivals = Array(rivals.prefix(Self.limit))
        self.best = policy
    }

    /// The strongest are kept.
    private mutating func note(_ miss: Miss) {
        let place = misses.firstIndex { miss.policy.priority < $0.policy.priority } ?? misses.count
        guard place < Self.limit else { return }
        misses.insert(miss, at: place)
        misses = Array(misses.prefix(Self.limit))
    }
}
