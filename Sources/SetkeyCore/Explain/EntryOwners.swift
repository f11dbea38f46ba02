import IPsec
import SetkeySyntax

/// Whose an entry of the kernel is, in a word: `FILE:LINE:COLUMN` of what is declared, with `, drifted` behind it if the
/// kernel has it otherwise; `undeclared` of what the file has declared once, `foreign` of anything else.
struct EntryOwners: Sendable {
    let state: StateInForce
    var drifted = DriftedEntries()

    func owner(of identity: SAIdentity) -> String {
        guard let declared = state.declared.associations[identity] else {
            return state.ownership.owns(identity) ? "undeclared" : "foreign"
        }
        return place(of: declared.origin, .association(identity))
    }

    func owner(of identity: PolicyIdentity) -> String {
        guard let declared = state.declared.policies[identity] else {
            return state.ownership.owns(identity) ? "undeclared" : "foreign"
        }
        return place(of: declared.origin, .policy(identity))
    }

    /// How many declared entries have reached the end of their lifetime.
    var expiredCount: Int { state.ownership.expired.associations.count + state.ownership.expired.policies.count }

    /// Some of these, with the places of their statements.
    func expired(limit: Int) -> [String] {
        let expired = state.ownership.expired
        let lines =
            expired.associations.keys.prefix(limit).map { "\($0), declared at \(owner(of: $0))" }
            + expired.policies.keys.prefix(limit).map { "\($0.phrase), declared at \(owner(of: $0))" }
        return Array(lines.sorted().prefix(limit))
    }

    private func place(of origin: StatementOrigin, _ name: EntryName) -> String {
        let place = state.locate(origin)
        return (place.isEmpty ? "declared" : place) + (drifted[name] == nil ? "" : ", drifted")
    }
}

extension EntryOwners {
    init(of reconciler: Reconciler) {
        self.init(state: reconciler.state, drifted: reconciler.drift.drifted)
    }
}
