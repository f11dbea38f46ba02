import SetkeySyntax

/// The entries of one database in numbers that add up, whatever has been noticed so far: what the kernel has is
/// declared, no longer declared, or foreign; what is declared is present, missing, or has expired.
struct EntryCounts: Hashable, Sendable {
    let inKernel: Int
    let declared: Int
    /// Declared, present and not as declared.
    let altered: Int
    /// Declared entries whose lifetime has ended.
    let expired: Int
    /// Present and the file's, though no longer declared.
    let leftover: Int
    let missing: Int
    let foreign: Int

    /// - Parameter missing: declared entries that have been noticed to be missing; one that nobody has noticed yet counts
    ///   when there are fewer entries than there should be.
    init(inKernel: Int, declared: Int, missing: Int, altered: Int, expired: Int, leftover: Int) {
        self.inKernel = inKernel
        self.declared = declared
        self.altered = altered
        self.expired = expired
        self.leftover = leftover
        let present = max(0, min(declared - expired - missing, inKernel - leftover))
        self.missing = declared - expired - present
        foreign = inKernel - leftover - present
    }
}

extension Daemon {
    /// What the kernel has and the file declares, in numbers.
    var entryCounts: (associations: EntryCounts, policies: EntryCounts) {
        var missing = (associations: 0, policies: 0)
        var altered = missing
        for (name, reason) in drift.drifted {
            switch (name, reason) {
            case (.association, .missing): missing.associations += 1
            case (.association, _): altered.associations += 1
            case (.policy, .missing): missing.policies += 1
            case (.policy, _): altered.policies += 1
            }
        }
        let associations = EntryCounts(
            inKernel: mirror.associations.count, declared: inForce.associations.count, missing: missing.associations,
            altered: altered.associations, expired: ownership.expired.count,
            leftover: ownership.leftover.associations.count(where: mirror.associations.contains))
        let policies = EntryCounts(
            inKernel: manageablePolicyCount, declared: inForce.policies.count, missing: missing.policies,
            altered: altered.policies, expired: 0,
            leftover: ownership.leftover.policies.count(where: mirror.policies.contains))
        return (associations, policies)
    }
}
