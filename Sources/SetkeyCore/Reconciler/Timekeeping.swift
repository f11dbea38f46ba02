import SetkeySyntax

/// What has come of the moments at which the declared state becomes another.
struct Timekeeping: Sendable {
    /// When the files of what is in force were written, in seconds since 1970: no clock is true that says it is earlier.
    private(set) var writtenAt = 0
    /// The moment at which the last change was begun that the kernel refused; it is not tried again before the next one.
    private(set) var refusedAt: Int?
    /// Which policies lose their last SA.
    private(set) var keyEnds = KeyEnds()
    /// Why the clock is not believed; `nil` while it is.
    private(set) var doubt: Doubt?

    /// That the clock says that it is before a moment that has been.
    struct Doubt: Sendable {
        /// That moment, in seconds since 1970.
        let moment: Int
        /// What is wrong, and what helps.
        let text: String
        /// The file that has still to be read again when the clock is believed, because this start has not applied all of
        /// it; `nil` where it is in force.
        let awaited: AwaitedFile?

        /// Whether a file has still to be read when the clock is believed.
        var awaitsFile: Bool { awaited != nil }
    }

    /// What is known of a file of which not all is in force.
    struct AwaitedFile: Sendable {
        let schedule: Schedule?
        let locate: StatementLocator
    }

    /// The kernel has refused what was to change at a moment.
    mutating func refused(at moment: Int) { refusedAt = moment }

    /// What is in force is that of its moment.
    mutating func settle() { refusedAt = nil }

    /// A state is in force that is not the one before at another moment.
    ///
    /// - Parameter doubt: why it lacks what holds for a time; `nil` if it does not.
    mutating func begin(_ state: DesiredState, writtenAt: Int, _ doubt: Doubt?) {
        self = Timekeeping()
        self.writtenAt = writtenAt
        self.doubt = doubt
        if doubt == nil { keyEnds = KeyEnds(of: state, at: state.moment) }
    }

    /// What is to be told of keys that end.
    mutating func takeKeyEnds(at moment: Int) -> [KeyEnds.End] { doubt == nil ? keyEnds.take(at: moment) : [] }

    /// The clock is not believed.
    ///
    /// - Returns: whether that is news.
    mutating func begin(_ doubt: Doubt) -> Bool {
        guard self.doubt == nil else { return false }
        self.doubt = doubt
        return true
    }

    /// Believes the clock again, if it is no longer before the moment that has been.
    ///
    /// - Returns: what was doubted.
    mutating func believe(at moment: Int) -> Doubt? {
        guard let doubt, moment >= doubt.moment else { return nil }
        self.doubt = nil
        return doubt
    }

    /// Whether a change of `state` is due at a moment.
    func isDue(_ state: DesiredState, at moment: Int) -> Bool {
        guard doubt == nil, state.isOutdated(at: moment) else { return false }
        guard let refusedAt, let schedule = state.schedule else { return true }
        return schedule.passed(by: refusedAt) != schedule.passed(by: moment)
    }

    /// When the shell is to call, and whether at all: it calls as well when the clock is set.
    func call(for state: DesiredState, at moment: Int) -> ClockCall? {
        if let doubt { return ClockCall(at: doubt.moment) }
        guard let schedule = state.schedule else { return nil }
        let moments = [schedule.nextChange(after: max(moment, state.moment)), keyEnds.nextTelling(after: moment)]
        return ClockCall(at: moments.compactMap { $0 }.min())
    }
}

/// When the shell is to call by the wall clock.
package struct ClockCall: Hashable, Sendable {
    /// Seconds since 1970; `nil` for no moment, but only when the clock is set.
    package let at: Int?

    package init(at moment: Int?) { at = moment }
}
