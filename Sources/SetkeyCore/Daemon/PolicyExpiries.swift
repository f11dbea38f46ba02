import IPsec

/// When policies with a lifetime should be gone: the kernel does not tell (KERNEL-FACTS 0.4).
struct PolicyExpiries: Sendable {
    /// Wall-clock seconds by policy.
    private var deadlines: [PolicyIdentity: Int] = [:]

    /// The earliest deadline.
    var earliest: Int? { deadlines.values.min() }

    /// Takes the limits of a policy over; one second is added because the kernel counts whole ones.
    mutating func note(_ policy: SecurityPolicy) {
        let hard = policy.limits.hard
        var deadline: Int?
        if hard.addTime > 0 { deadline = sum(policy.current.addTime, hard.addTime) }
        if hard.useTime > 0, policy.current.useTime > 0 {
            deadline = min(deadline ?? .max, sum(policy.current.useTime, hard.useTime))
        }
        deadlines[policy.identity] = deadline
    }

    mutating func forget(_ identity: PolicyIdentity) {
        deadlines[identity] = nil
    }

    /// A policy whose deadline is over; it is asked for again only after `patience` more seconds.
    mutating func due(at seconds: Int, patience: Int) -> PolicyIdentity? {
        guard let (identity, _) = deadlines.first(where: { $0.value < seconds }) else { return nil }
        deadlines[identity] = seconds + patience
        return identity
    }

    private func sum(_ a: UInt64, _ b: UInt64) -> Int {
        let (seconds, overflows) = a.addingReportingOverflow(b)
        return overflows ? .max : Int(clamping: seconds)
    }
}
