import IPsec

/// Policies that end while no other of their name follows at once: from then on nothing protects, or drops, their packets, unless
/// another policy matches these.
enum EndingPolicies {
    static func remarks(on whole: DesiredState, since now: Int) -> [LoadedDiagnostic] {
        guard let schedule = whole.schedule else { return [] }
        var beginnings: Set<Beginning> = []
        for (place, declared) in whole.policies.enumerated() {
            beginnings.insert(Beginning(name: declared.entry.identity, moment: schedule.validity(ofPolicy: place).from))
        }
        var remarks = RuleRemarks(of: .policyEnds)
        for (place, declared) in whole.policies.enumerated() where declared.entry.action != .bypass {
            let end = schedule.validity(ofPolicy: place).until
            guard end != .max, end > now else { continue }
            guard !beginnings.contains(Beginning(name: declared.entry.identity, moment: end)) else { continue }
            remarks.add(
                at: declared.origin,
                "from \(CalendarTime(end)) on its packets pass in clear, unless another policy matches them",
                advice:
                    "let another policy of this selector begin then, or leave out -until: a policy without an SA drops them"
            )
        }
        return remarks.diagnostics
    }

    private struct Beginning: Hashable {
        let name: PolicyIdentity
        let moment: Int
    }
}
