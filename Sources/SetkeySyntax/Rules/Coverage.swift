package import IPsec

/// When the SAs of a file serve its policies, where some of its entries hold for a time.
package struct Coverage: Sendable {
    /// A time in which a policy holds, and has no SA for one of its transforms.
    package struct Gap: Hashable, Sendable {
        /// The policy, by its place in ``DesiredState/whole``.
        package let policy: Int
        /// The transform, by its place in the policy.
        package let transform: Int
        /// When.
        package let during: Validity
    }

    /// Those of all policies, in the order of the file; a policy's in the order of time.
    package private(set) var gaps: [Gap] = []

    /// - Parameter whole: see ``DesiredState/whole``.
    init(of whole: DesiredState, _ use: AssociationUse) {
        guard use.isKnown, let schedule = whole.schedule else { return }
        var spans = [[Validity]](repeating: [], count: use.needs.count)
        for (position, declared) in whole.associations.enumerated() {
            let validity = schedule.validity(ofAssociation: position)
            for need in use.needs(servedBy: declared.entry) { spans[need].append(validity) }
        }
        let unserved = spans.map(Self.complement)
        for (position, declared) in whole.policies.enumerated() {
            let validity = schedule.validity(ofPolicy: position)
            for (transform, need) in use.indispensable(declared.entry) {
                // What is never served, no time will help: another rule says so.
                guard !spans[need].isEmpty else { continue }
                for gap in unserved[need] {
                    guard let during = gap.intersection(validity) else { continue }
                    gaps.append(Gap(policy: position, transform: transform, during: during))
                }
            }
        }
    }

    /// All moments that are in none of the spans.
    private static func complement(_ spans: [Validity]) -> [Validity] {
        var gaps: [Validity] = []
        var end = Int.min
        for span in spans.sorted(by: { $0.from < $1.from }) {
            if span.from > end, let gap = Validity(from: end, until: span.from) { gaps.append(gap) }
            end = max(end, span.until)
        }
        if let gap = Validity(from: end, until: .max) { gaps.append(gap) }
        return gaps
    }

    /// From when on policies have no SA, in the order of time; of a policy with several transforms once.
    ///
    /// - Parameter state: of a file.
    package static func losses(of state: DesiredState) -> [Loss] {
        guard state.schedule != nil else { return [] }
        let whole = state.whole
        var losses: [Loss] = []
        var last: Gap?
        for gap in Coverage(of: whole, AssociationUse(of: whole)).gaps where gap.during.from != .min {
            if let last, last.policy == gap.policy, last.during.from == gap.during.from { continue }
            last = gap
            losses.append(Loss(during: gap.during, policy: whole.policies[gap.policy]))
        }
        return losses.sorted { $0.during.from < $1.during.from }
    }

    /// A policy that has no SA for a time.
    package struct Loss: Sendable {
        /// When.
        package let during: Validity
        /// The policy, and where it stands.
        package let policy: DesiredState.Declared<SecurityPolicy>
    }
}
