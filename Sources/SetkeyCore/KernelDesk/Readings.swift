import IPsec

/// What the kernel is asked beside dumps and what others want of it, one request at a time: whether it answers, its hash
/// thresholds, SAs of which it has told a part, and policies whose end it may not have told.
struct Readings: Sendable {
    private var refreshes = Refreshes()
    private var expiries = PolicyExpiries()
    /// Whether the kernel is to be asked something, to see whether it answers.
    private var isWatched = false
    /// What is to be asked of the SPD's hash thresholds.
    private var tuning: KernelRequest?

    /// Whether no SA has to be read again.
    var isFresh: Bool { refreshes.isEmpty }

    mutating func watch() { isWatched = true }

    mutating func tune(_ request: KernelRequest) { tuning = request }

    mutating func refresh(_ reference: SAReference) { refreshes.append(reference) }

    /// Takes over what a message tells of the ends of policies.
    ///
    /// - Returns: whether it tells of a policy with a lifetime.
    mutating func noteEnd(_ content: KernelEvent.Content, at now: Instant) -> Bool { expiries.note(content, at: now) }

    /// The kernel tells of the ends of policies itself from now on.
    mutating func forgetEnds() { expiries = PolicyExpiries() }

    /// A policy is gone.
    mutating func forget(_ identity: PolicyIdentity) { expiries.forget(identity) }

    /// The next request, and whose it is; `nil` for none.
    mutating func next(in mirror: borrowing Mirror, at now: Instant) -> (KernelRequest, Requester)? {
        if isWatched {
            isWatched = false
            return (.ping, .watchdog)
        }
        if let request = tuning.take() { return (request, .tuning) }
        if let reference = refreshes.next() { return (.get(reference), .refresh(reference)) }
        guard let identity = expiries.due(at: now) else { return nil }
        guard let index = mirror.policies[identity]?.index else {
            expiries.forget(identity)
            return nil
        }
        return (.getPolicy(index), .expiryCheck(identity))
    }

    /// When a policy should be gone, on the monotonic clock.
    var deadline: UInt64? { expiries.earliest }
}
