package import IPsec
package import SetkeySyntax

/// Why a step is in a plan.
package enum StepReason: Hashable, Sendable, CustomStringConvertible {
    /// Declared, and not in the kernel.
    case missing
    /// In the kernel with other values.
    case differs([Field])
    /// In the kernel, owned, and no longer declared.
    case stale

    /// `missing`, `stale`, `differs(mode, key)`.
    package var description: String {
        switch self {
        case .missing: "missing"
        case .stale: "stale"
        case .differs(let fields): "differs(\(fields.map(\.rawValue).joined(separator: ", ")))"
        }
    }
}

/// One request of a plan, why, and the statement it comes from.
package struct Step: Sendable {
    package let request: KernelRequest
    package let reason: StepReason
    /// The declaring statement; `nil` for what the file no longer speaks of.
    package let origin: StatementOrigin?
}

/// The kernel requests that lead from what is to what is declared; empty is the definition of "settled".
///
/// The order is make-before-break: inbound SAs, outbound SAs, policies, stale policies, stale SAs (DESIGN 5).
package struct Plan: Sendable {
    /// In the order in which they are applied.
    package let steps: [Step]

    /// - Parameters:
    ///   - mirror: what the kernel has.
    ///   - desired: what the file declares.
    ///   - owned: what the file's last applied version declared; of this, what is no longer declared is stale.
    package init(from mirror: Mirror, to desired: DesiredState, owned: OwnedIdentities) {
        var builder = PlanBuilder(mirror: mirror, desired: desired, owned: owned)
        steps = builder.build()
    }

    package var isEmpty: Bool { steps.isEmpty }
}

/// Collects the steps of a plan by phase.
private struct PlanBuilder {
    let mirror: Mirror
    let desired: DesiredState
    let owned: OwnedIdentities

    private var inbound: [Step] = []
    private var outbound: [Step] = []
    private var policies: [Step] = []
    private var stale: [Step] = []

    init(mirror: Mirror, desired: DesiredState, owned: OwnedIdentities) {
        self.mirror = mirror
        self.desired = desired
        self.owned = owned
    }

    mutating func build() -> [Step] {
        let sending = OutboundEnds(policies: desired.policies.lazy.map(\.entry))
        for declared in desired.associations { compare(declared, isOutbound: sending.contains(declared.entry)) }
        for declared in desired.policies { compare(declared) }
        findStalePolicies()
        findStaleAssociations()
        return inbound + outbound + policies + stale
    }

    private mutating func compare(
        _ declared: DesiredState.Declared<SecurityAssociation>, isOutbound: Bool
    ) {
        let steps = steps(for: declared)
        if isOutbound { outbound += steps } else { inbound += steps }
    }

    /// Lifetimes alone are updated in place; PF_KEY ignores everything else in an UPDATE (KERNEL-FACTS K6), so any
    /// other difference is delete and add, back to back.
    private func steps(for declared: DesiredState.Declared<SecurityAssociation>) -> [Step] {
        let entry = declared.entry
        guard let present = mirror.associations[entry.identity] else {
            return [Step(request: .add(entry), reason: .missing, origin: declared.origin)]
        }
        let fields = present.state == .larval ? [.algorithm] : differences(of: entry, from: present)
        guard !present.isDegraded, !fields.isEmpty else { return [] }
        let reason = StepReason.differs(fields)
        guard fields != [.lifetime] else {
            return [Step(request: .update(entry), reason: reason, origin: declared.origin)]
        }
        let former = SAReference(identity: present.identity, source: present.source)
        return [
            Step(request: .delete(former), reason: reason, origin: declared.origin),
            Step(request: .add(entry), reason: reason, origin: declared.origin),
        ]
    }

    private mutating func compare(_ declared: DesiredState.Declared<SecurityPolicy>) {
        let entry = declared.entry
        guard let present = mirror.policies[entry.identity] else {
            policies.append(Step(request: .addPolicy(entry), reason: .missing, origin: declared.origin))
            return
        }
        let fields = differences(of: entry, from: present)
        guard !fields.isEmpty else { return }
        policies.append(Step(request: .updatePolicy(entry), reason: .differs(fields), origin: declared.origin))
    }

    private mutating func findStalePolicies() {
        let declared = Set(desired.policies.map(\.entry.identity))
        let absent = Set(desired.absences.policies.map(\.entry))
        let claimsAll = desired.ownership.policies
        guard claimsAll || !absent.isEmpty || !owned.policies.isEmpty else { return }
        mirror.policies.forEach { policy in
            let identity = policy.identity
            guard !identity.direction.isPerSocket, !declared.contains(identity),
                claimsAll || absent.contains(identity) || owned.policies.contains(identity)
            else { return }
            stale.append(Step(request: .deletePolicy(identity), reason: .stale, origin: nil))
        }
    }

    private mutating func findStaleAssociations() {
        let declared = Set(desired.associations.map(\.entry.identity))
        let absent = Set(desired.absences.associations.map(\.entry.identity))
        let pairs = desired.absences.pairs.map(\.entry)
        let claimed = desired.ownership.protocols
        guard !claimed.isEmpty || !absent.isEmpty || !pairs.isEmpty || !owned.associations.isEmpty else { return }
        mirror.associations.forEach { association in
            let identity = association.identity
            guard !association.isDegraded, association.state != .larval, !declared.contains(identity),
                claimed.contains(identity.ipsecProtocol) || absent.contains(identity)
                    || owned.associations.contains(identity) || pairs.contains(where: { $0.contains(association) })
            else { return }
            let reference = SAReference(identity: identity, source: association.source)
            stale.append(Step(request: .delete(reference), reason: .stale, origin: nil))
        }
    }
}

/// The address pairs that the `out` policies send through: SAs between them are outbound.
private struct OutboundEnds {
    private struct Pair: Hashable {
        let source: IPAddress
        let destination: IPAddress
    }

    private var pairs: Set<Pair> = []

    init(policies: some Sequence<SecurityPolicy>) {
        for policy in policies where policy.identity.direction == .outbound {
            guard case .protect(let transforms) = policy.action else { continue }
            let selector = policy.identity.selector
            for transform in transforms {
                pairs.insert(
                    transform.endpoints.map { Pair(source: $0.source, destination: $0.destination) }
                        ?? Pair(source: selector.source.address, destination: selector.destination.address))
            }
        }
    }

    func contains(_ association: SecurityAssociation) -> Bool {
        pairs.contains(Pair(source: association.source, destination: association.identity.destination))
    }
}
