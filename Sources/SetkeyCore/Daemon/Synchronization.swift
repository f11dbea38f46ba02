import IPsec

/// The dumps of one database: which have begun, which are over, which are wanted.
///
/// Somebody who wants fresh entries takes a ticket: the number of the next dump to begin. A dump that is already
/// running does not do, because it may have passed the entry that matters.
struct DumpSchedule: Sendable {
    private var begun = 0
    private var completed = 0
    private var wanted = 0
    private(set) var isRunning = false

    /// Whether the mirror of this database has ever been complete.
    var hasCompleted: Bool { completed > 0 }
    /// Whether a dump should be asked for now.
    var isDue: Bool { !isRunning && wanted > begun }

    /// Wants a dump that begins after now, and returns its ticket.
    @discardableResult
    mutating func want() -> Int {
        wanted = begun + 1
        return wanted
    }

    /// Whether the dump of a ticket, or a later one, is over.
    func isOver(_ ticket: Int) -> Bool { completed >= ticket }

    mutating func begin() {
        begun += 1
        isRunning = true
    }

    /// The running dump is over.
    /// - Parameter isComplete: if not, another is wanted, and the tickets wait for that.
    mutating func end(isComplete: Bool) {
        isRunning = false
        if isComplete { completed = begun } else { want() }
    }

    /// The kernel refused to dump; whoever waits is told by the daemon.
    mutating func fail() {
        isRunning = false
        wanted = begun
    }
}
