import IPsec

/// SAs that no policy of the file uses, in a file with policies that use some.
enum UnusedAssociations {
    static func remarks(on state: DesiredState, _ use: AssociationUse, in ground: RuleGround) -> [LoadedDiagnostic] {
        // With needs that nothing serves, what is wrong is said there.
        guard use.isKnown, !use.needs.isEmpty else { return [] }
        var remarks = RuleRemarks(of: .noPolicyForSA)
        for (declared, isUsed) in zip(state.associations, use.isUsed) where !isUsed {
            let association = declared.entry
            guard remarks.isFull || !isNearMiss(association, use) else { continue }
            remarks.add(
                at: declared.origin,
                "no policy of \(ground.name) uses this SA (\(association.mode.word ?? "any") mode, "
                    + "\(association.source) to \(association.identity.destination), "
                    + "reqid \(association.reqID.rawValue))",
                advice: "\(ground.remedy) the policy, or remove the SA")
        }
        return remarks.diagnostics
    }

    /// Whether a policy that lacks its SA may have been told of this one.
    private static func isNearMiss(_ association: SecurityAssociation, _ use: AssociationUse) -> Bool {
        zip(use.needs.indices, use.demands).lazy.filter { !use.isServed[$0] && $1 != nil }.prefix(64)
            .contains { need, _ in
                NearMiss(use.needs[need], association).map { $0.distance < .otherWay } ?? false
            }
    }
}
