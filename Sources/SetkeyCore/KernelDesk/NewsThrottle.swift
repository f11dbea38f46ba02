import IPsec

/// News that can come with each packet, and is told once in a while.
struct NewsThrottle: Sendable {
    private var acquires = RepetitionThrottle<PolicyIndex?>()
    private var mappings = RepetitionThrottle<SAIdentity>()
    private var reminders = RepetitionThrottle<PolicyIdentity>()

    /// Whether it is to be told: what cannot come with each packet always is.
    ///
    /// - Parameter now: nanoseconds of the monotonic clock.
    mutating func admits(_ content: KernelEvent.Content, at now: UInt64) -> Bool {
        switch content {
        case .acquire(let acquire): acquires.admit(acquire.policy, at: now)
        case .newMapping(let identity, _): mappings.admit(identity, at: now)
        case .policyExpired(let policy, .soft): reminders.admit(policy.identity, at: now)
        default: true
        }
    }
}
