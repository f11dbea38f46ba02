import ControlProtocol
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
        case declaredAssociations
        case declaredPolicies
        case stalePolicies
        case staleAssociations
        case sorting
        case done
    }

    private let scope: Scope
    private let ownedSoFar: FormerState?
    private var phase = Phase.declaredAssociations
    private var associations: PlanSearch<SecurityAssociation>
    private var policies: PlanSearch<SecurityPolicy>
    private let declaredPolicies: DeclaredEntries<PolicyIdentity, SecurityPolicy>
    /// Steps for declared SAs, by whether these send.
    private var inboundSteps: [Step] = []
    private var outboundSteps: [Step] = []
    private var outbound = OutboundEnds()

    /// - Parameters:
    ///   - claimable: what may be made the file's; `nil` for all that is declared.
    ///   - former: what is to be kept of the present, without what is not the file's; `nil` for nothing.
    ///   - sight: what the mirror shows of the kernel.
    package init(
        to desired: DesiredState, ownership: Ownership, scope: Scope = .everything, claimable: DesiredState? = nil,
        keeping former: FormerState? = nil, seeing sight: PlanSight = PlanSight()
    ) {
        let verdict = Verdict(desired: desired, expired: ownership.expired)
        associations = PlanSearch(
            .init(
                verdict: verdict, ownership: ownership, claimable: claimable, keepsForeign: former != nil,
                sight: sight), leftover: ownership.leftover.associations)
        policies = PlanSearch(
            .init(
                verdict: verdict, ownership: ownership, claimable: claimable, keepsForeign: former != nil,
                sight: sight), leftover: ownership.leftover.policies)
        self.scope = scope
        ownedSoFar = former
        declaredPolicies = desired.policies
    }

    /// Whether the plan is complete.
    package var isDone: Bool { phase == .done }

    /// The plan, once ``isDone``.
    ///
    /// The order is make-before-break: inbound SAs, outbound SAs, policies, defaults, stale policies, stale SAs
    /// (architecture 5); in front of all what the kernel could not tell from what is made. What moves traffic has the SAs
    /// that go linger.
    package var plan: Plan {
        let parts = [
            associations.hinderingSteps, inboundSteps, outboundSteps, policies.steps, policies.defaultSteps,
            policies.staleSteps,
        ]
        let stale = associations.staleSteps
        let movesTraffic = !associations.steps.isEmpty || !policies.steps.isEmpty
        return Plan(steps: movesTraffic ? StepList(parts, departures: stale) : StepList(parts + [stale]))
    }

    /// How many SAs have keys that the kernel does not tell, and that are taken to be the declared ones.
    var adoptedCount: Int { associations.adoptedCount }

    // MARK: What it means for ownership, once it is complete

    /// What is declared, was not owned so far, and takes a step.
    var claimed: NameLists { NameLists(associations: associations.claimed, policies: policies.claimed) }
    /// What is declared, was not owned so far, and is there already.
    var claimedAsIs: NameLists { NameLists(associations: associations.claimedAsIs, policies: policies.claimedAsIs) }
    /// What was owned so far and is not declared.
    var released: NameLists { NameLists(associations: associations.released, policies: policies.released) }
    /// What was owned so far, is not declared, and may still be in the kernel, which does not tell all that it has.
    var unseen: OwnedIdentities { OwnedIdentities(associations: associations.unseen, policies: policies.unseen) }
    /// The file's entries with a limited life that are made anew.
    var reborn: NameLists { NameLists(associations: associations.reborn, policies: policies.reborn) }

    /// What was in force before, with what is somebody else's and is removed, changed, or made the file's.
    var former: FormerState? {
        guard var former = ownedSoFar else { return nil }
        former.foreignAssociations = associations.foreign
        former.foreignPolicies = policies.foreign
        return former
    }

    // MARK: Going on

    /// Looks at up to `count` more entries.
    package mutating func advance(_ mirror: inout Mirror, count: Int) {
        var left = count
        while left > 0, !isDone { left -= max(1, advancePhase(&mirror, count: left)) }
    }

    /// Gives cursors back; for a plan that is given up.
    package mutating func close(_ mirror: inout Mirror) {
        policies.close(&mirror.policies)
        associations.close(&mirror.associations)
    }

    /// - Returns: how many entries were looked at.
    private mutating func advancePhase(_ mirror: inout Mirror, count: Int) -> Int {
        switch phase {
        case .declaredAssociations:
            let done = associations.advance(&mirror.associations, count: count)
            if associations.hasCompared { phase = .declaredPolicies }
            return done
        case .declaredPolicies:
            let position = policies.position
            let done = policies.advance(&mirror.policies, count: count)
            // The ends matter only for the order of SAs.
            if !associations.steps.isEmpty {
                for index in position..<position + done { outbound.add(declaredPolicies[index].entry) }
            }
            if policies.hasCompared { phase = scope == .declared ? .sorting : .stalePolicies }
            return done
        case .stalePolicies:
            let done = policies.advance(&mirror.policies, count: count)
            if policies.isDone { phase = .staleAssociations }
            return done
        case .staleAssociations:
            let done = associations.advance(&mirror.associations, count: count)
            if associations.isDone { phase = .sorting }
            return done
        case .sorting: return sort(count)
        case .done: return 0
        }
    }

    private mutating func sort(_ count: Int) -> Int {
        let begin = inboundSteps.count + outboundSteps.count
        let end = begin + min(count, associations.steps.count - begin)
        for step in associations.steps[begin..<end] {
            if outbound.contains(step.change) { outboundSteps.append(step) } else { inboundSteps.append(step) }
        }
        if end == associations.steps.count { phase = .done }
        return end - begin
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
