package import ControlProtocol
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
        case absentPolicies
        case leftoverPolicies
        case formerPolicies
        case claimedPolicies
        case absentAssociations
        case leftoverAssociations
        case formerAssociations
        case claimedAssociations
        case sorting
        case done
    }

    private let verdict: Verdict
    private let ownership: Ownership
    private let scope: Scope
    /// What may be made the file's; `nil` for all that is declared.
    private let claimable: DesiredState?
    /// Databases that may hold more than the mirror shows.
    private let incomplete: Set<DatabaseName>
    private var phase = Phase.associations
    private var position = 0
    private var leftoverPolicy: Set<PolicyIdentity>.Index
    private var leftoverAssociation: Set<SAIdentity>.Index
    private var policyCursor: EntryTable<SecurityPolicy>.CursorID?
    private var associationCursor: EntryTable<SecurityAssociation>.CursorID?

    private var associationSteps: [Step] = []
    /// The same, by whether SAs send.
    private var inboundSteps: [Step] = []
    private var outboundSteps: [Step] = []
    private var policySteps: [Step] = []
    private var stalePolicySteps: [Step] = []
    private var staleAssociationSteps: [Step] = []
    private var outbound = OutboundEnds()
    /// What is declared, was not owned so far, and takes a step.
    private(set) var claimed: (associations: [SAIdentity], policies: [PolicyIdentity]) = ([], [])
    /// What is declared, was not owned so far, and is there already.
    private(set) var claimedAsIs: (associations: [SAIdentity], policies: [PolicyIdentity]) = ([], [])
    /// The file's SAs with a limited life that are made anew.
    private(set) var reborn: [SAIdentity] = []
    /// What was in force before, with what is somebody else's and is removed, changed, or made the file's.
    private(set) var former: FormerState?
    /// What was owned so far and is not declared.
    private(set) var released: (associations: [SAIdentity], policies: [PolicyIdentity]) = ([], [])
    /// What was owned so far, is not declared, and may still be in the kernel, which does not tell all that it has.
    private(set) var unseen = OwnedIdentities()

    /// - Parameters:
    ///   - claimable: what may be made the file's; `nil` for all that is declared.
    ///   - former: what is to be kept of the present, without what is not the file's; `nil` for nothing.
    ///   - incomplete: databases that may hold more than the mirror shows.
    package init(
        to desired: DesiredState, ownership: Ownership, scope: Scope = .everything, claimable: DesiredState? = nil,
        keeping former: FormerState? = nil, incomplete: [DatabaseName] = []
    ) {
        verdict = Verdict(desired: desired, expired: ownership.expired)
        self.ownership = ownership
        self.scope = scope
        self.claimable = claimable
        self.former = former
        self.incomplete = Set(incomplete)
        leftoverPolicy = ownership.leftover.policies.startIndex
        leftoverAssociation = ownership.leftover.associations.startIndex
    }

    private var desired: DesiredState { verdict.desired }

    /// Whether the plan is complete.
    package var isDone: Bool {
        if case .done = phase { true } else { false }
    }

    /// The plan, once ``isDone``.
    ///
    /// The order is make-before-break: inbound SAs, outbound SAs, policies, stale policies, stale SAs (architecture 5).
    package var plan: Plan {
        Plan(
            steps: StepList([inboundSteps, outboundSteps, policySteps, stalePolicySteps, staleAssociationSteps]))
    }

    /// Looks at up to `count` more entries.
    package mutating func advance(_ mirror: inout Mirror, count: Int) {
        var left = count
        while left > 0, !isDone { left -= max(1, advancePhase(&mirror, count: left)) }
    }

    /// Gives cursors back; for a plan that is given up.
    package mutating func close(_ mirror: inout Mirror) {
        if let cursor = policyCursor.take() { mirror.policies.closeCursor(cursor) }
        if let cursor = associationCursor.take() { mirror.associations.closeCursor(cursor) }
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
            return proceed(to: end, of: desired.policies.count, then: scope == .declared ? .sorting : .absentPolicies)
        case .absentPolicies: return seekAbsentPolicies(mirror, count)
        case .leftoverPolicies: return seekLeftoverPolicies(mirror, count)
        case .formerPolicies: return seekFormerPolicies(mirror, count)
        case .claimedPolicies: return walkPolicies(&mirror, count)
        case .absentAssociations: return seekAbsentAssociations(mirror, count)
        case .leftoverAssociations: return seekLeftoverAssociations(mirror, count)
        case .formerAssociations: return seekFormerAssociations(mirror, count)
        case .claimedAssociations: return walkAssociations(&mirror, count)
        case .sorting: return sort(count)
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
        let step = verdict.step(for: declared, in: mirror)
        if let step { associationSteps.append(step) }
        let identity = declared.entry.identity
        guard !ownership.owns(identity, near: index) else {
            if let step, step.isRebirth { reborn.append(identity) }
            return
        }
        if former != nil, let present = mirror.associations[identity] { former?.keep(present) }
        guard claimable?.associations.contains(identity) ?? true else { return }
        if step == nil { claimedAsIs.associations.append(identity) } else { claimed.associations.append(identity) }
    }

    private mutating func compare(
        _ declared: DesiredState.Declared<SecurityPolicy>, _ index: Int, _ mirror: borrowing Mirror
    ) {
        // The ends matter only for the order of SAs.
        if !associationSteps.isEmpty { outbound.add(declared.entry) }
        let step = verdict.step(for: declared, in: mirror)
        if let step { policySteps.append(step) }
        let identity = declared.entry.identity
        guard !ownership.owns(identity, near: index) else { return }
        if former != nil, let present = mirror.policies[identity] { former?.keep(present) }
        guard claimable?.policies.contains(identity) ?? true else { return }
        if step == nil { claimedAsIs.policies.append(identity) } else { claimed.policies.append(identity) }
    }

    // MARK: What is stale

    // What was owned is sought by name, so that foreign entries, however many, cost nothing; only where the file claims a
    // whole database, or every SA between two addresses, the kernel's entries are walked. Each search passes over what an
    // earlier one has found: what the file wants gone by name, then what is owned, then what is claimed.

    private mutating func seekAbsentPolicies(_ mirror: borrowing Mirror, _ count: Int) -> Int {
        let absences = desired.absences.policies
        let end = position + min(count, absences.count - position)
        for index in position..<end { consider(mirror.policies[absences[index].entry]) }
        return proceed(to: end, of: absences.count, then: .leftoverPolicies)
    }

    private mutating func seekLeftoverPolicies(_ mirror: borrowing Mirror, _ count: Int) -> Int {
        let leftover = ownership.leftover.policies
        for done in 0..<count {
            guard leftoverPolicy < leftover.endIndex else {
                phase = .formerPolicies
                return done
            }
            release(leftover[leftoverPolicy], mirror)
            leftover.formIndex(after: &leftoverPolicy)
        }
        return count
    }

    private mutating func seekFormerPolicies(_ mirror: borrowing Mirror, _ count: Int) -> Int {
        let former = ownership.inForce.policies
        let end = position + min(count, former.count - position)
        for index in position..<end { release(former[index].entry.identity, near: index, mirror) }
        return proceed(
            to: end, of: former.count, then: desired.ownership.policies ? .claimedPolicies : .absentAssociations)
    }

    private mutating func release(
        _ identity: PolicyIdentity, near position: Int = .max, _ mirror: borrowing Mirror
    ) {
        guard !desired.policies.contains(identity, near: position) else { return }
        let present = mirror.policies[identity]
        if present == nil, incomplete.contains(.policies) {
            unseen.policies.insert(identity)
        } else {
            released.policies.append(identity)
        }
        if desired.absences.policies[identity] == nil { consider(present) }
    }

    private mutating func seekAbsentAssociations(_ mirror: borrowing Mirror, _ count: Int) -> Int {
        let absences = desired.absences.associations
        let end = position + min(count, absences.count - position)
        for index in position..<end { consider(mirror.associations[absences[index].entry.identity]) }
        return proceed(to: end, of: absences.count, then: .leftoverAssociations)
    }

    private mutating func seekLeftoverAssociations(_ mirror: borrowing Mirror, _ count: Int) -> Int {
        let leftover = ownership.leftover.associations
        for done in 0..<count {
            guard leftoverAssociation < leftover.endIndex else {
                phase = .formerAssociations
                return done
            }
            release(leftover[leftoverAssociation], mirror)
            leftover.formIndex(after: &leftoverAssociation)
        }
        return count
    }

    private mutating func seekFormerAssociations(_ mirror: borrowing Mirror, _ count: Int) -> Int {
        let former = ownership.inForce.associations
        let end = position + min(count, former.count - position)
        for index in position..<end { release(former[index].entry.identity, near: index, mirror) }
        let mustWalk = !desired.ownership.protocols.isEmpty || !desired.absences.pairs.isEmpty
        return proceed(to: end, of: former.count, then: mustWalk ? .claimedAssociations : .sorting)
    }

    private mutating func release(_ identity: SAIdentity, near position: Int = .max, _ mirror: borrowing Mirror) {
        guard !desired.associations.contains(identity, near: position) else { return }
        let present = mirror.associations[identity]
        if present == nil, incomplete.contains(.associations) {
            unseen.associations.insert(identity)
        } else {
            released.associations.append(identity)
        }
        if desired.absences.associations[identity] == nil { consider(present) }
    }

    private mutating func walkPolicies(_ mirror: inout Mirror, _ count: Int) -> Int {
        let cursor = policyCursor ?? mirror.policies.openCursor()
        policyCursor = cursor
        for done in 0..<count {
            guard let policy = mirror.policies.next(cursor) else {
                close(&mirror)
                phase = .absentAssociations
                return done
            }
            if desired.absences.policies[policy.identity] == nil, !ownership.owns(policy.identity) { consider(policy) }
        }
        return count
    }

    private mutating func walkAssociations(_ mirror: inout Mirror, _ count: Int) -> Int {
        let cursor = associationCursor ?? mirror.associations.openCursor()
        associationCursor = cursor
        for done in 0..<count {
            guard let association = mirror.associations.next(cursor) else {
                close(&mirror)
                phase = .sorting
                return done
            }
            if isClaimed(association), desired.absences.associations[association.identity] == nil,
                !ownership.owns(association.identity)
            {
                consider(association)
            }
        }
        return count
    }

    private func isClaimed(_ association: SecurityAssociation) -> Bool {
        desired.ownership.protocols.contains(association.identity.ipsecProtocol)
            || absence(of: association) != nil
    }

    private mutating func consider(_ policy: SecurityPolicy?) {
        guard let policy, !policy.identity.direction.isPerSocket, !desired.policies.contains(policy.identity) else {
            return
        }
        if former != nil, !ownership.owns(policy.identity) { former?.keep(policy) }
        stalePolicySteps.append(Step(change: .deletePolicy(policy), reason: .stale, origin: origin(of: policy)))
    }

    private mutating func consider(_ association: SecurityAssociation?) {
        guard let association, !association.isDegraded, association.state != .larval,
            !desired.associations.contains(association.identity)
        else { return }
        if former != nil, !ownership.owns(association.identity) { former?.keep(association) }
        staleAssociationSteps.append(
            Step(change: .delete(association), reason: .stale, origin: origin(of: association)))
    }

    /// The statement that wants it gone, if one does.
    private func origin(of policy: SecurityPolicy) -> StatementOrigin? {
        desired.absences.policies[policy.identity]?.origin
    }

    private func origin(of association: SecurityAssociation) -> StatementOrigin? {
        desired.absences.associations[association.identity]?.origin
            ?? absence(of: association)?.origin
    }

    /// The `deleteall` that covers an SA.
    private func absence(
        of association: SecurityAssociation
    ) -> DesiredState.Declared<DesiredState.AddressPair>? {
        let pairs = desired.absences.pairs
        guard !pairs.isEmpty else { return nil }
        func pair(_ ipsecProtocol: IPsecProtocol?) -> DesiredState.AddressPair {
            DesiredState.AddressPair(
                source: association.source, destination: association.identity.destination,
                ipsecProtocol: ipsecProtocol)
        }
        return pairs[pair(association.identity.ipsecProtocol)] ?? pairs[pair(nil)]
    }

    // MARK: The order

    private mutating func sort(_ count: Int) -> Int {
        let end = position + min(count, associationSteps.count - position)
        for step in associationSteps[position..<end] {
            if outbound.contains(step.change) { outboundSteps.append(step) } else { inboundSteps.append(step) }
        }
        return proceed(to: end, of: associationSteps.count, then: .done)
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
