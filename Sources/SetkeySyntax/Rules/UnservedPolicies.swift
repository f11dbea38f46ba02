import IPsec

/// Policies with a transform that no SA fits: Linux drops their packets, or holds them back for a while.
///
/// A file without any SA leaves them to another program, such as racoon; that is noted once.
enum UnservedPolicies {
    static func remarks(on state: DesiredState, _ use: AssociationUse, in ground: RuleGround) -> [LoadedDiagnostic] {
        var remarks = RuleRemarks(of: .noSAForPolicy)
        guard !state.associations.isEmpty || ground == .kernel else {
            if let demand = use.demands.lazy.compactMap({ $0 }).first {
                remarks.add(
                    .note, at: state.policies[demand.policy].origin,
                    "this file declares no SA; its policies need those of another program (IKE)",
                    advice: "without one, declare the SAs here")
            }
            return remarks.diagnostics
        }
        guard use.isKnown else { return [] }
        for (need, demand) in zip(use.needs.indices, use.demands) where !use.isServed[need] {
            guard let demand, case .protect(let transforms) = state.policies[demand.policy].entry.action else {
                continue
            }
            let miss = remarks.isFull ? nil : nearest(to: use.needs[need], in: state, use)
            remarks.add(
                at: state.policies[demand.policy].origin, message(transforms[demand.transform], miss, ground),
                advice: miss?.1.advice ?? "\(ground.remedy) one")
        }
        return remarks.diagnostics
    }

    private static func message(_ transform: Transform, _ miss: (SAIdentity, NearMiss)?, _ ground: RuleGround) -> String
    {
        let message = "no SA of \(ground.name) fits \(transform.ruleText)"
        guard let (identity, miss) = miss else { return message }
        return "\(message): \(identity) \(miss.difference)"
    }

    private static func nearest(
        to need: AssociationNeed, in state: DesiredState, _ use: AssociationUse
    ) -> (SAIdentity, NearMiss)? {
        var best: (SAIdentity, NearMiss)?
        // One that serves another policy is not to be changed.
        for (declared, isUsed) in zip(state.associations, use.isUsed) where !isUsed {
            guard let miss = NearMiss(need, declared.entry), best.map({ miss.distance < $0.1.distance }) ?? true else {
                continue
            }
            best = (declared.entry.identity, miss)
            if miss.distance == .number { break }
        }
        return best
    }
}
