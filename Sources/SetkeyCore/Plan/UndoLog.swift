import IPsec

/// The requests that take back what has been applied, gathered step by step.
///
/// An SA that was deleted comes back with its keys, because DELETE's answer carries them (KERNEL-FACTS 1.2); its
/// counters and sequence numbers do not.
struct UndoLog: Sendable {
    /// In the order of the steps; they are taken from the end.
    private var inverses: [KernelRequest] = []

    var isEmpty: Bool { inverses.isEmpty }

    /// The next request to send; the last applied step is undone first.
    mutating func next() -> KernelRequest? {
        inverses.popLast()
    }

    /// Notes how to take back an applied request.
    /// - Parameters:
    ///   - answer: the kernel's answer to it.
    ///   - former: the mirror as it was before.
    mutating func record(_ request: KernelRequest, answer: KernelEvent.Content, former: FormerEntries) {
        switch request {
        case .add(let association):
            inverses.append(.delete(SAReference(identity: association.identity, source: association.source)))
        case .reserveSPI:
            if case .reservedSPI(let larval) = answer {
                inverses.append(.delete(SAReference(identity: larval.identity, source: larval.source)))
            }
        case .delete:
            if case .association(.deleted, let association) = answer { restore(association) }
        case .update:
            if let association = former.associations.first { inverses.append(.update(association)) }
        case .flush:
            // The newest was told first; adding the oldest first gives the order back.
            for association in former.associations { restore(association) }
        case .addPolicy(let policy):
            inverses.append(.deletePolicy(policy.identity))
        case .updatePolicy(let policy):
            inverses.append(former.policies.first.map(KernelRequest.updatePolicy) ?? .deletePolicy(policy.identity))
        case .deletePolicy, .flushPolicies:
            for policy in former.policies { inverses.append(.addPolicy(policy)) }
        case .register, .get, .dump, .getPolicy, .dumpPolicies: break
        }
    }

    private mutating func restore(_ association: SecurityAssociation) {
        if let request = Self.restoring(association) { inverses.append(request) }
    }

    /// The request that brings back an SA that was deleted; `nil` for one that cannot be made anew.
    static func restoring(_ association: SecurityAssociation) -> KernelRequest? {
        guard !association.isDegraded, [.mature, .dying, .dead].contains(association.state) else { return nil }
        var mature = association
        mature.state = .mature
        mature.current = .zero
        return .add(mature)
    }
}

/// What a request is about to replace or remove, read from the mirror before it is sent.
struct FormerEntries: Sendable {
    var associations: [SecurityAssociation] = []
    var policies: [SecurityPolicy] = []

    static let none = FormerEntries()

    private init() {}

    init(touchedBy request: KernelRequest, in mirror: Mirror) {
        switch request {
        case .update(let association):
            if let present = mirror.associations[association.identity] { associations.append(present) }
        case .flush(let ipsecProtocol):
            mirror.associations.forEach { association in
                let isMeant = ipsecProtocol == nil || association.identity.ipsecProtocol == ipsecProtocol
                if isMeant, association.state != .larval { associations.append(association) }
            }
        case .updatePolicy(let policy):
            if let present = mirror.policies[policy.identity] { policies.append(present) }
        case .deletePolicy(let identity):
            if let present = mirror.policies[identity] { policies.append(present) }
        case .flushPolicies:
            mirror.policies.forEach { if !$0.identity.direction.isPerSocket { policies.append($0) } }
        default: break
        }
    }
}

extension KernelRequest {
    /// Whether it may replace or remove entries that ``FormerEntries`` would have to keep.
    var touchesEntries: Bool {
        switch self {
        case .update, .flush, .updatePolicy, .deletePolicy, .flushPolicies: true
        default: false
        }
    }
}
