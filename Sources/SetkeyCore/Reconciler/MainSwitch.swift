/// Whether the file is applied at all. An administrator can switch that off, and it stays off, whatever becomes of the daemon
/// and the machine, until they switch it on.
struct MainSwitch: Sendable {
    /// What somebody wants of it.
    enum Turn: String, Sendable {
        /// Take out what the file owns, and apply nothing.
        case off
        /// Apply the file again.
        case on
    }

    /// A turn from which one can go back.
    struct LastTurn: Sendable {
        let turn: Turn
        /// Since when it was off before.
        let offSince: Int?
        /// The file that had been rolled back before, and is not to be applied unasked.
        let shunned: Fingerprint?
    }

    /// Since when it is off, in seconds since 1970; `nil` while it is on.
    private(set) var offSince: Int?
    /// The last turn, if no reload that cannot be gone back from has come since.
    private(set) var last: LastTurn?

    var isOff: Bool { offSince != nil }

    /// - Parameter shunned: the file that has been rolled back.
    mutating func turn(_ turn: Turn, at seconds: Int, shunning shunned: Fingerprint? = nil) {
        last = LastTurn(turn: turn, offSince: offSince, shunned: shunned)
        offSince = turn == .off ? offSince ?? seconds : nil
    }

    /// Takes over what a daemon before this one left.
    ///
    /// - Parameter shunned: `nil` if nobody need confirm that it is off.
    mutating func restore(_ mark: OffMark, shunning shunned: Fingerprint?) {
        offSince = mark.since
        if !mark.isConfirmed { last = LastTurn(turn: .off, offSince: nil, shunned: shunned) }
    }

    /// A reload has been applied: one goes back from that.
    mutating func forgetLastTurn() { last = nil }

    /// One goes back from the last turn, if there was one.
    mutating func turnBack() {
        if let last { offSince = last.offSince }
        last = nil
    }
}
