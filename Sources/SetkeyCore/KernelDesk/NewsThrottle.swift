import IPsec

/// News that can come with each packet, and is told once in a while.
struct NewsThrottle: Sendable {
    private var acquires = RepetitionThrottle<PolicyIndex?>()
    private var mappings = RepetitionThrottle<SAIdentity>()
    private var reminders = RepetitionThrottle<PolicyIdentity>()

    /// Logs a message if it is news.
    mutating func log(_ event: KernelEvent, _ out: inout Outbox) {
        guard event.origin.request == nil, let news = event.content.news else { return }
        guard admits(event.content, at: out.now.monotonic), out.admitsNews() else { return }
        let author = event.origin.processID == 0 ? "" : " (by process \(event.origin.processID))"
        out.log(
            event.content.priority, news.phrase + author, news.log, event.content.logFields + event.origin.logFields)
    }

    /// Whether it is to be told: what cannot come with each packet always is.
    ///
    /// - Parameter now: nanoseconds of the monotonic clock.
    private mutating func admits(_ content: KernelEvent.Content, at now: UInt64) -> Bool {
        switch content {
        case .acquire(let acquire): acquires.admit(acquire.policy, at: now)
        case .newMapping(let identity, _): mappings.admit(identity, at: now)
        case .policyExpired(let policy, .soft): reminders.admit(policy.identity, at: now)
        default: true
        }
    }
}
