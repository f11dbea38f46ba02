internal import IPsec

/// Whether the kernel tells zeros for keys, as it does when it is locked down for confidentiality (xfrm-facts 3.1): nothing
/// in its messages says so, and the keys of an SA may be zeros.
///
/// Zeros are believed only where the kernel is known to tell keys: a key of zeros that is written is one that everybody
/// knows.
struct LockdownKnowledge: Sendable {
    /// Whether the kernel is known to tell keys.
    private let tellsKeys: @Sendable () -> Bool
    /// Whether it has been known not to; a lockdown is never lifted.
    private var isLockedDown = false

    init(_ tellsKeys: @escaping @Sendable () -> Bool) { self.tellsKeys = tellsKeys }

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
            if !isLockedDown { isLockedDown = !tellsKeys() }
            association.hidesKeys = isLockedDown
            return association
        }
        if wanted.hasZeroKeys { return association }
        isLockedDown = true
        association.hidesKeys = true
        association.adoptKeys(of: wanted)
        return association
    }
}
