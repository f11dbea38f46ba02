/// A reload that waits for its confirmation.
struct Confirmation: Sendable {
    let seconds: Int
    /// On the monotonic clock, in nanoseconds.
    let deadline: UInt64
    /// By the wall clock, for a daemon that comes after this one.
    private(set) var record: ConfirmationRecord

    /// - Parameter left: how many seconds are left of those that there were.
    init(_ record: ConfirmationRecord, left: Int, at now: Instant) {
        seconds = record.seconds
        deadline = now.monotonic &+ UInt64(left) * 1_000_000_000
        self.record = record
    }

    /// The same time for another file: that is what is rolled back then.
    func of(_ file: Fingerprint) -> Confirmation {
        var confirmation = self
        confirmation.record.fingerprint = file
        return confirmation
    }

    /// How many seconds are left, begun ones included.
    func secondsLeft(at now: Instant) -> Int {
        deadline <= now.monotonic ? 0 : Int((deadline - now.monotonic + 999_999_999) / 1_000_000_000)
    }
}
