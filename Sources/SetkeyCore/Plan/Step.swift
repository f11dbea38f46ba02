package import ControlProtocol
package import IPsec
package import SetkeySyntax

/// Why a step is in a plan.
package enum StepReason: Hashable, Sendable, CustomStringConvertible {
    /// Declared, and not in the kernel.
    case missing
    /// In the kernel with other values.
    case differs([EntryField])
    /// In the kernel, owned, and no longer declared.
    case stale

    /// As it travels.
    var record: PlanReason {
        switch self {
        case .missing: .missing
        case .stale: .stale
        case .differs(let fields): .differs(fields.map { .known($0) })
        }
    }

    /// `missing`, `stale`, `differs(mode, key)`: for programs.
    package var description: String { record.rawValue }

    /// `missing`, `no longer declared`, `mode and key differ`: for people.
    var phrase: String { record.phrase }
}

/// What a step makes of one entry, of which it says what a request does not: how it is now, and where one change takes
/// two requests.
package indirect enum Change: Sendable {
    /// It is missing.
    case add(SecurityAssociation)
    /// Other lifetimes, in place.
    case update(SecurityAssociation, from: SecurityAssociation)
    /// Anything else: Linux ignores it in an UPDATE (kernel-facts K6), so the SA goes and comes back to back.
    case replace(SecurityAssociation, former: SecurityAssociation)
    /// It is the file's, and no longer declared.
    case delete(SecurityAssociation)
    /// It is missing.
    case addPolicy(SecurityPolicy)
    /// Other values, in place: the kernel replaces a policy without a gap.
    case updatePolicy(SecurityPolicy, from: SecurityPolicy)
    /// It is the file's, and no longer declared.
    case deletePolicy(SecurityPolicy)

    /// The kernel requests that it takes, in order.
    package var requests: [KernelRequest] {
        switch self {
        case .add(let association): [.add(association)]
        case .update(let association, _): [.update(association)]
        case .replace(let association, let former): [.delete(former.reference), .add(association)]
        case .delete(let association): [.delete(association.reference)]
        case .addPolicy(let policy): [.addPolicy(policy)]
        case .updatePolicy(let policy, _): [.updatePolicy(policy)]
        case .deletePolicy(let policy): [.deletePolicy(policy.identity)]
        }
    }

    /// The entry that it is about.
    package var entry: EntryName {
        switch self {
        case .add(let association), .update(let association, _), .replace(let association, _),
            .delete(let association):
            .association(association.identity)
        case .addPolicy(let policy), .updatePolicy(let policy, _), .deletePolicy(let policy): .policy(policy.identity)
        }
    }
}

/// An entry of either database, by name.
package enum EntryName: Hashable, Sendable {
    /// Of the SAD.
    case association(SAIdentity)
    /// Of the SPD.
    case policy(PolicyIdentity)

    /// Where it is.
    var database: DatabaseName {
        switch self {
        case .association: .associations
        case .policy: .policies
        }
    }
}

/// One change of a plan, why, and the statement it comes from.
package struct Step: Sendable {
    /// What is done.
    package let change: Change
    /// Why.
    package let reason: StepReason
    /// The declaring statement; `nil` for what the file no longer speaks of.
    package let origin: StatementOrigin?
}

extension Step {
    /// Whether it removes an entry and makes none.
    var isDeletion: Bool {
        switch change {
        case .delete, .deletePolicy: true
        default: false
        }
    }

    /// Whether an entry with a limited life begins it anew: an SA that is updated goes on with its own, a policy does not.
    var isRebirth: Bool {
        switch change {
        case .add(let association), .replace(let association, _): association.limits.hard != .zero
        case .addPolicy(let policy), .updatePolicy(let policy, _): policy.limits.hard != .zero
        default: false
        }
    }
}

extension SecurityAssociation {
    /// What GET and DELETE name it by.
    var reference: SAReference { SAReference(identity: identity, source: source) }
}

extension Step {
    /// What is done, in one phrase: that of its last request.
    var phrase: String {
        switch change {
        case .replace(let association, _): "replace \(association.identity)"
        default: change.requests.last?.phrase ?? ""
        }
    }
}
