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

    private var duty: Duty?
    private(set) var deadline: ContinuousClock.Instant?

    /// Sets what is due within `limit`; the time of what was due already goes on.
    mutating func expect(_ duty: Duty, within limit: Duration) {
        guard duty != self.duty else { return }
        self.duty = duty
        deadline = .now + limit
    }

    /// What should have been done by `now`.
    func overdue(at now: ContinuousClock.Instant) -> Duty? {
        deadline.map { $0 <= now } == true ? duty : nil
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

extension DisconnectReason {
    /// What somebody is told who has not done a duty in time.
    /// - Parameter queuedBytes: what waits for being read.
    init(overdue duty: Patience.Duty, queuedBytes: Int) {
        self =
            switch duty {
            case .frame: .halfFrame
            case .lastReply: .lastReplyNotTaken
            case .activity: queuedBytes == 0 ? .idle : .stalled(bytes: queuedBytes)
            }
    }
}
