/// What a client has to do in time, and by when.
struct Patience {
    /// What is due from a client.
    enum Duty: Hashable {
        /// The rest of a frame.
        case frame
        /// Taking its last replies.
        case lastReply
        /// Calling, or reading what it is answered: a place is not held for nothing.
        case activity
    }

    private(set) var duty: Duty?
    private(set) var deadline: ContinuousClock.Instant?

    /// Sets what is due within `limit`; the time of what was due already goes on.
    mutating func expect(_ duty: Duty, within limit: Duration) {
        guard duty != self.duty else { return }
        self.duty = duty
        deadline = .now + limit
    }

    /// Nothing is due, or it was done: what is due next has its full time.
    mutating func relax() {
        duty = nil
        deadline = nil
    }

    /// The client has read or written something.
    mutating func noteActivity() {
        if duty == .activity { relax() }
    }
}
