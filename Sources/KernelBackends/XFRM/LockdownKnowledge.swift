internal import IPsec

/// Whether the kernel tells zeros for keys, as it does when it is locked down for confidentiality (xfrm-facts 3.1): nothing
/// in its messages says so, and the keys of an SA may be zeros.
struct LockdownKnowledge: Sendable {
    /// What the kernel says of itself.
    private let asks: @Sendable () -> Bool
    /// Whether that is known; it is never lifted.
    private var isLockedDown = false

    init(_ asks: @escaping @Sendable () -> Bool) { self.asks = asks }

    /// Marks an SA that is told without its keys.
    /// - Parameter request: the request of ours that is answered; whoever adds an SA knows its keys.
    mutating func look(at content: inout KernelEvent.Content, inAnswerTo request: KernelRequest?) {
        switch content {
        case .association(let verb, let association) where association.hasZeroKeys:
            content = .association(verb, marked(association, request))
        case .dumped(let association, let isLast) where association.hasZeroKeys:
            content = .dumped(marked(association, nil), isLast: isLast)
        default: break
        }
    }

    private mutating func marked(_ association: SecurityAssociation, _ request: KernelRequest?) -> SecurityAssociation {
        var association = association
        guard case .add(let wanted)? = request, wanted.identity == association.identity else {
            association.hidesKeys = isHiding()
            return association
        }
        if wanted.hasZeroKeys { return association }
        isLockedDown = true
        association.hidesKeys = true
        association.adoptKeys(of: wanted)
        return association
    }

    private mutating func isHiding() -> Bool {
        if !isLockedDown { isLockedDown = asks() }
        return isLockedDown
    }
}
