/// The way back from the last reload: the state before it, the time within which it must be confirmed, and the file that
/// was rolled back and is not to be applied unasked.
///
/// What a daemon that comes after a kill must know of that are the ``StateChange``s.
struct WayBack: Sendable {
    private enum Stage: Sendable {
        /// There is nothing to go back to.
        case none
        /// One can go back to this state.
        case open(FormerState)
        /// The same, and one will, unless it is confirmed.
        case waiting(FormerState, Confirmation)
        /// The same, and nobody has: one will, as soon as nothing else is under way.
        case overdue(FormerState)
        /// One goes back to this state, or has: then there is none to go back to.
        case rolledBack(ConfirmationRecord, to: FormerState?)
    }

    private var stage = Stage.none

    /// The state to which one can go back.
    var former: FormerState? {
        switch stage {
        case .none: nil
        case .open(let former), .waiting(let former, _), .overdue(let former): former
        case .rolledBack(_, let former): former
        }
    }

    /// The confirmation for which the last reload waits.
    var confirmation: Confirmation? {
        if case .waiting(_, let confirmation) = stage { confirmation } else { nil }
    }

    /// What was written down of the file that was rolled back.
    private var rolledBack: ConfirmationRecord? {
        if case .rolledBack(let record, _) = stage { record } else { nil }
    }

    /// The file that was rolled back, and is not to be applied unasked.
    var shunned: Fingerprint? { rolledBack.flatMap { $0.fingerprint == .none ? nil : $0.fingerprint } }

    /// What is written down while a reload waits for its confirmation.
    var pending: [StateChange] {
        if case .waiting(let former, let confirmation) = stage {
            [.keep(former), .confirm(confirmation.record)]
        } else {
            []
        }
    }

    // MARK: The last daemon's

    /// Takes over what a daemon before this one left.
    mutating func restore(_ record: ConfirmationRecord, _ former: FormerState, at now: Instant) {
        let left = record.secondsLeft(at: now.seconds)
        stage =
            switch record.status {
            case .reverted: .rolledBack(record, to: former)
            case .waiting where left == 0: .overdue(former)
            case .waiting: .waiting(former, Confirmation(record, left: left, at: now))
            }
    }

    /// Whether this is the file that was rolled back.
    func wasRolledBack(_ file: Fingerprint) -> Bool { rolledBack?.fingerprint == file }

    /// At the start, the file is not to be applied unasked: another one was rolled back, or none.
    ///
    /// - Returns: what is to be written down.
    mutating func forgetRollback() -> [StateChange] {
        guard case .rolledBack = stage else { return [] }
        stage = .none
        return [.forget]
    }

    // MARK: Confirming

    /// Somebody says that the reload stays.
    ///
    /// - Returns: what is to be written down; `nil` if nothing waits.
    mutating func confirm() -> StateChange? {
        guard case .waiting(let former, _) = stage else { return nil }
        stage = .open(former)
        return .forget
    }

    /// No reload is to be confirmed any longer, in time or not: somebody wants something else.
    ///
    /// - Returns: what is to be written down; `nil` if nothing waits.
    mutating func stopWaiting() -> StateChange? {
        switch stage {
        case .waiting(let former, _), .overdue(let former): stage = .open(former)
        case .none, .open, .rolledBack: return nil
        }
        return .forget
    }

    /// Ends the time that is over.
    ///
    /// - Returns: what has waited until now.
    mutating func takeOverdue(at now: Instant) -> Confirmation? {
        guard case .waiting(let former, let confirmation) = stage, confirmation.deadline <= now.monotonic else {
            return nil
        }
        stage = .overdue(former)
        return confirmation
    }

    // MARK: A reload

    /// To which state one goes back from a reload that is on its way: while the last one is not confirmed, to the one
    /// before that.
    ///
    /// - Parameter present: what was in force when it began.
    func state(before present: FormerState) -> FormerState {
        switch stage {
        case .waiting(let former, _), .overdue(let former): former
        case .none, .open, .rolledBack: present
        }
    }

    /// What must be written down before a reload that changes something is applied: how to go back from one that must be
    /// confirmed, and that a file which was rolled back is wanted again.
    ///
    /// - Parameter former: where one goes back to.
    func changes(
        before file: Fingerprint, confirmedWithin seconds: Int?, wayBackTo former: FormerState, at now: Instant
    ) -> [StateChange] {
        if let seconds {
            let record = Self.record(of: file, seconds, former, at: now)
            return confirmation == nil ? [.keep(former), .confirm(record)] : [.confirm(record)]
        }
        switch stage {
        case .waiting(_, let confirmation): return [.confirm(confirmation.of(file).record)]
        case .rolledBack: return [.forget]
        case .none, .open, .overdue: return []
        }
    }

    /// The reload was not carried out: what was pending before it still is, and nothing else.
    ///
    /// - Parameter former: where one would have gone back to.
    /// - Returns: what is to be written down.
    func changes(withdrawing former: FormerState, confirmedWithin seconds: Int?) -> [StateChange] {
        switch stage {
        case .rolledBack(let record, _): [.keep(former), .confirm(record)]
        case .waiting(_, let confirmation): [.confirm(confirmation.record)]
        case .none, .open: seconds == nil ? [] : [.forget]
        // What is written down has this former state, and leads there if the daemon is killed before it has gone back.
        case .overdue: []
        }
    }

    /// A reload is in force: from now on there is a way back, and maybe a time within which to confirm.
    ///
    /// - Parameter former: where one goes back to; `nil` for a reload that has changed nothing. That has no former state
    ///   of its own: it can only begin the time of another one anew.
    /// - Returns: what is to be written down, and whether a time has begun.
    mutating func settle(
        _ file: Fingerprint, confirmedWithin seconds: Int?, wayBackTo former: FormerState?, at now: Instant
    ) -> (change: StateChange?, isTimeBegun: Bool) {
        let pending = confirmation
        let isWantedAgain = rolledBack != nil
        guard let state = former ?? self.former else {
            stage = .none
            return (isWantedAgain ? .forget : nil, false)
        }
        if let seconds, former != nil || pending != nil {
            let record = Self.record(of: file, seconds, state, at: now)
            stage = .waiting(state, Confirmation(record, left: seconds, at: now))
            return (.confirm(record), true)
        }
        if let confirmation = pending?.of(file) {
            // Another file, and the time runs on.
            stage = .waiting(state, confirmation)
            return (.confirm(confirmation.record), false)
        }
        stage = .open(state)
        return (isWantedAgain ? .forget : nil, false)
    }

    private static func record(of file: Fingerprint, _ seconds: Int, _ former: FormerState, at now: Instant)
        -> ConfirmationRecord
    {
        ConfirmationRecord(
            status: .waiting, seconds: seconds, deadline: now.seconds + seconds, fingerprint: file,
            endedAt: former.endedAt)
    }

    // MARK: Going back

    /// Begins to go back; nothing waits for a confirmation any longer.
    ///
    /// - Returns: the state to which it goes; `nil` if there is none.
    mutating func begin() -> FormerState? {
        switch stage {
        case .waiting(let former, _), .overdue(let former): stage = .open(former)
        case .none, .open, .rolledBack: break
        }
        return former
    }

    /// Before going back: the file is not to be applied unasked.
    ///
    /// - Returns: what is to be written down.
    mutating func rollBack(_ file: Fingerprint, at now: Instant) -> [StateChange] {
        guard let former else { return [] }
        let record = ConfirmationRecord(
            status: .reverted, seconds: 0, deadline: now.seconds, fingerprint: file, endedAt: former.endedAt)
        stage = .rolledBack(record, to: former)
        return [.keep(former), .confirm(record)]
    }

    /// The former state is in force again.
    ///
    /// - Returns: that state.
    mutating func end() -> FormerState? {
        guard case .rolledBack(let record, let former) = stage else { return nil }
        stage = .rolledBack(record, to: nil)
        return former
    }
}
