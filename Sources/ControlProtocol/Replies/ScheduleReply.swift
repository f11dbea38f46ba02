/// What of the file begins and ends, the next first.
package struct ScheduleReply: Codable, Hashable, Sendable {
    /// In the order of time; of one moment what begins comes first.
    package var changes: [ScheduledStep]
    /// The daemon's clock, in seconds since 1970.
    package var time: Int
    /// Why the clock is not believed; `nil` where it is. Until it is set, nothing begins or ends.
    package var clockDoubt: String?

    package init(changes: [ScheduledStep], time: Int, clockDoubt: String? = nil) {
        self.changes = changes
        self.time = time
        self.clockDoubt = clockDoubt
    }
}

/// Something that begins or ends; no keys.
package struct ScheduledStep: Codable, Hashable, Sendable {
    /// When, in seconds since 1970.
    package var time: Int
    /// Whether it begins or ends then.
    package var change: Word<ScheduledChangeName>
    /// The statement that declares it, as the parser understood it.
    package var statement: String
    /// Where that stands in the configuration: `FILE:LINE:COLUMN`; empty where a reload was gone back from, since nobody
    /// knows the place in the file before.
    package var location: String

    package init(time: Int, change: Word<ScheduledChangeName>, statement: String, location: String) {
        self.time = time
        self.change = change
        self.statement = statement
        self.location = location
    }
}

/// What becomes of a declaration at a moment.
package enum ScheduledChangeName: String, Hashable, Sendable {
    /// It holds from then on.
    case begins
    /// It holds no longer.
    case ends
}
