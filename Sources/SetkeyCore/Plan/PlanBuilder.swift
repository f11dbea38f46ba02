import IPsec
package import SetkeySyntax

/// Computes a plan a few entries at a time, so that a large one does not hold the loop.
///
/// What the kernel does to an entry after its turn is not in the plan; it comes as drift.
package struct PlanBuilder: Sendable {
    /// Which entries are looked at.
    package enum Scope: Sendable {
        /// All.
        case everything
        /// Only what is declared: nothing is found stale.
        case declared
    }

    private enum Phase: Sendable {
        case associations
        case policies
        case formerPolicies
        case claimedPolicies
        case formerAssociations
        case claimedAssociations
        case done
    }

    private let verdict: Verdict
    private let ownership: Ownership
    private let scope: Scope
    private var phase = Phase.associations
    private var position = 0
    private var policyCursor: EntryTable<SecurityPolicy>.CursorID?
    private var associationCursor: EntryTable<SecurityAssociation>.CursorID?
    /// Stale ones found so far: one may be found twice, by two reasons.
    private var found: Set<EntryName> = []

    private var associationSteps: [Step] = []
    private var policySteps: [Step] = []
    private var stalePolicySteps: [Step] = []
    private var staleAssociationSteps: [Step] = []
    private var outbound = OutboundEnds()
    /// What is declared and was not owned so far.
    private(set) var claimed: (associations: [SAIdentity], policies: [PolicyIdentity]) = ([], [])
    /// What was owned so far and is not declared.
    private(set) var released: (associations: [SAIdentity], policies: [PolicyIdentity]) = ([], [])

    package init(to desired: DesiredState, ownership: Ownership, scope: Scope = .everything) {
        verdict = Verdict(desired: desired, expired: ownership.expired)
        self.ownership = ownership
        self.scope = scope
    }

    private var desired: DesiredState { verdict.desired }

    /// Whether the plan is complete.
    package var isDone: Bool {
        if case .done = phase { true } else { false }
    }

    /// The plan, once ``isDone``.
    ///
    /// The order is make-before-break: inbound SAs, outbound SAs, policies, stale policies, stale SAs (DESIGN 5).
    package var plan: Plan {
        var inbound: [Step] = []
        var sending: [Step] = []
        for step in associationSteps {
            if outbound.contains(step.change) { sending.append(step) } else { inbound.append(step) }
        }
        return Plan(steps: inbound + sending + policySteps + stalePolicySteps + staleAssociationSteps)
    }

    /// Looks at up to `count` more entries.
    package mutating func advance(_ mirror: inout Mirror, count: Int) {
        var left = count
        while left > 0, !isDone { left -= max(1, advancePhase(&mirror, count: left)) }
    }

    /// Gives cursors back; for a plan that is given up.
    package mutating func close(_ mirror: inout Mirror) {
        if let cursor = policyCursor.take() { mirror.withPolicies { $0.closeCursor(cursor) } }
        if let cursor = associationCursor.take() { mirror.withAssociations { $0.closeCursor(cursor) } }
    }

    /// - Returns: how many entries were looked at.
    private mutating func advancePhase(_ mirror: inout Mirror, count: Int) -> Int {
        switch phase {
        case .associations:
            let end = position + min(count, desired.associations.count - position)
            for index in position..<end { compare(desired.associations[index], index, mirror) }
            return proceed(to: end, of: desired.associations.count, then: .policies)
        case .policies:
            let end = position + min(count, desired.policies.count - position)
            for index in position..<end { compare(desired.policies[index], index, mirror) }
            return proceed(to: end, of: desired.policies.count, then: scope == .declared ? .done : .formerPolicies)
        case .formerPolicies: return seekPolicies(mirror, count)
        case .claimedPolicies: return walkPolicies(&mirror, count)
        case .formerAssociations: return seekAssociations(mirror, count)
        case .claimedAssociations: return walkAssociations(&mirror, count)
        case .done: return 0
        }
    }

    private mutating func proceed(to end: Int, of count: Int, then next: Phase) -> Int {
        let done = end - position
        position = end
        if end == count {
            position = 0
            phase = next
        }
        return done
    }

    // MARK: What is declared

    private mutating func compare(
        _ declared: DesiredState.Declared<SecurityAssociation>, _ index: Int, _ mirror: borrowing Mirror
    ) {
        if let step = verdict.step(for: declared, in: mirror) { associationSteps.append(step) }
        let identity = declared.entry.identity
        if !ownership.owns(identity, near: index) { claimed.associations.append(identity) }
    }

    private mutating func compare(
        _ declared: DesiredState.Declared<SecurityPolicy>, _ index: Int, _ mirror: borrowing Mirror
    ) {
        if let step = verdict.step(for: declared, in: mirror) { policySteps.append(step) }
        let identity = declared.entry.identity
        if !ownership.owns(identity, near: index) { claimed.policies.append(identity) }
        // The ends matter only for the order of SAs.
        if !associationSteps.isEmpty { outbound.add(declared.entry) }
    }

    // MARK: What is stale

    // What was owned is sought by name, so that foreign entries, however many, cost nothing; only where the file claims a
    // whole database, or every SA between two addresses, the kernel's entries are walked.

    private mutating func seekPolicies(_ mirror: borrowing Mirror, _ count: Int) -> Int {
        let former = ownership.inForce.policies
        if position == 0 {
            for absence in desired.absences.policies { consider(mirror.policies[absence.entry]) }
            for identity in ownership.leftover.policies { release(identity, mirror) }
        }
        let end = position + min(count, former.count - position)
        for index in position..<end { release(former[index].entry.identity, near: index, mirror) }
        return proceed(
            to: end, of: former.count, then: desired.ownership.policies ? .claimedPolicies : .formerAssociations)
    }

    private mutating func release(
        _ identity: PolicyIdentity, near position: Int = .max, _ mirror: borrowing Mirror
    ) {
        guard !desired.policies.contains(identity, near: position) else { return }
        released.policies.append(identity)
        consider(mirror.policies[identity])
    }

    private mutating func seekAssociations(_ mirror: borrowing Mirror, _ count: Int) -> Int {
        let former = ownership.inForce.associations
        if position == 0 {
            for absence in desired.absences.associations { consider(mirror.associations[absence.entry.identity]) }
            for identity in ownership.leftover.associations { release(identity, mirror) }
        }
        let end = position + min(count, former.count - position)
        for index in position..<end { release(former[index].entry.identity, near: index, mirror) }
        let mustWalk = !desired.ownership.protocols.isEmpty || !desired.absences.pairs.isEmpty
        return proceed(to: end, of: former.count, then: mustWalk ? .claimedAssociations : .done)
    }

    private mutating func release(_ identity: SAIdentity, near position: Int = .max, _ mirror: borrowing Mirror) {
        guard !desired.associations.contains(identity, near: position) else { return }
        released.associations.append(identity)
        consider(mirror.associations[identity])
    }

    private mutating func walkPolicies(_ mirror: inout Mirror, _ count: Int) -> Int {
        let cursor = policyCursor ?? mirror.withPolicies { $0.openCursor() }
        policyCursor = cursor
        for done in 0..<count {
            guard let policy = mirror.withPolicies({ $0.next(cursor) }) else {
                close(&mirror)
                phase = .formerAssociations
                return done
            }
            consider(policy)
        }
        return count
    }

    private mutating func walkAssociations(_ mirror: inout Mirror, _ count: Int) -> Int {
        let cursor = associationCursor ?? mirror.withAssociations { $0.openCursor() }
        associationCursor = cursor
        for done in 0..<count {
            guard let association = mirror.withAssociations({ $0.next(cursor) }) else {
                close(&mirror)
                phase = .done
                return done
            }
            if isClaimed(association) { consider(association) }
        }
        return count
    }

    private func isClaimed(_ association: SecurityAssociation) -> Bool {
        desired.ownership.protocols.contains(association.identity.ipsecProtocol)
            || desired.absences.pairs.contains { $0.entry.contains(association) }
    }

    private mutating func consider(_ policy: SecurityPolicy?) {
        guard let policy, !policy.identity.direction.isPerSocket, !desired.policies.contains(policy.identity),
            found.insert(.policy(policy.identity)).inserted
        else { return }
        stalePolicySteps.append(Step(change: .deletePolicy(policy), reason: .stale, origin: origin(of: policy)))
    }

    private mutating func consider(_ association: SecurityAssociation?) {
        guard let association, !association.isDegraded, association.state != .larval,
            !desired.associations.contains(association.identity),
            found.insert(.association(association.identity)).inserted
        else { return }
        staleAssociationSteps.append(
            Step(change: .delete(association), reason: .stale, origin: origin(of: association)))
    }

    /// The statement that wants it gone, if one does.
    private func origin(of policy: SecurityPolicy) -> StatementOrigin? {
        desired.absences.policies[policy.identity]?.origin
    }

    private func origin(of association: SecurityAssociation) -> StatementOrigin? {
        desired.absences.associations[association.identity]?.origin
            ?? desired.absences.pairs.first { $0.entry.contains(association) }?.origin
    }
}

/// The address pairs that the `out` policies send through: SAs between them are outbound.
private struct OutboundEnds: Sendable {
    private struct Pair: Hashable {
        let source: IPAddress
        let destination: IPAddress
    }

    private var pairs: Set<Pair> = []

    mutating func add(_ policy: SecurityPolicy) {
        guard policy.identity.direction == .outbound, case .protect(let transforms) = policy.action else { return }
        let selector = policy.identity.selector
        for transform in transforms {
            pairs.insert(
                transform.endpoints.map { Pair(source: $0.source, destination: $0.destination) }
                    ?? Pair(source: selector.source.address, destination: selector.destination.address))
        }
    }

    func contains(_ change: Change) -> Bool {
        switch change {
        case .add(let association), .update(let association, _), .replace(let association, _):
            pairs.contains(Pair(source: association.source, destination: association.identity.destination))
        default: false
        }
    }
}
