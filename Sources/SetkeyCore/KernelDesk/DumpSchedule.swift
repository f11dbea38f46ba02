import IPsec

/// The dumps of one database: which have begun, which are over, which are wanted.
///
/// Somebody who wants fresh entries takes a ticket: the number of the next dump to begin. A dump that is already
/// running does not do, because it may have passed the entry that matters.
struct DumpSchedule: Sendable {
    private var begun = 0
    /// The last one that has told what the kernel can tell.
    private var completed = 0
    private var wanted = 0
    private(set) var isRunning = false
    /// Whether the kernel has told all of the running one, and what it did not tell is being removed.
    var isEnding = false
    /// Whether the next one is an audit: what it finds wrong is our fault.
    var isAudit = false
    /// Whether news may have been lost: after the next one everything declared is looked at.
    var isMistrusted = false
    /// When the last of these began and ended, on the monotonic clock.
    private(set) var beganAt: UInt64 = 0
    private var endedAt: UInt64 = 0
    /// With what the last dump broke off at an entry that it could not tell; `nil` after one that told everything.
    private(set) var gap: KernelErrno?

    /// Whether the mirror of this database is what it can be: it has been complete once, or the kernel cannot tell more.
    var isUsable: Bool { completed > 0 || gap != nil }
    /// Whether a dump should be asked for now.
    var isDue: Bool { !isRunning && wanted > begun }

    /// Wants a dump that begins after now, and returns its ticket.
    @discardableResult
    mutating func want() -> Int {
        wanted = begun + 1
        return wanted
    }

    /// Wants a recent dump, and returns its ticket: the one that is running, or the last one if it ended not long ago.
    mutating func wantRecent(_ recency: DumpRecency, at now: UInt64) -> Int {
        if isRunning { return begun }
        let age = now &- endedAt
        let isRecent =
            completed == begun && completed > 0
            && age < max(recency.nanoseconds, (endedAt &- beganAt) &* recency.multiple)
        return isRecent ? completed : want()
    }

    /// The ticket of the last dump, which is over.
    var last: Int { completed }

    /// How long ago the last one ended, in nanoseconds.
    func age(at now: UInt64) -> UInt64 { now &- endedAt }

    /// Whether the dump of a ticket, or a later one, has begun.
    func hasBegun(_ ticket: Int) -> Bool { begun >= ticket }

    /// Whether the dump of a ticket, or a later one, is over.
    func isOver(_ ticket: Int) -> Bool { completed >= ticket }

    /// What has been told is not what the next dump will tell: nothing is known until that is over.
    mutating func forget() {
        completed = 0
        gap = nil
        isAudit = false
        isMistrusted = true
        want()
    }

    mutating func begin(at now: UInt64) {
        begun += 1
        beganAt = now
        isRunning = true
    }

    /// The running dump is over.
    /// - Parameter isComplete: if not, another is wanted, and the tickets wait for that.
    mutating func end(isComplete: Bool, at now: UInt64) {
        isRunning = false
        isEnding = false
        isAudit = false
        isMistrusted = false
        endedAt = now
        guard isComplete else { return _ = want() }
        completed = begun
        gap = nil
    }

    /// The running dump has told a part, and the kernel cannot tell the rest: that is what there is.
    mutating func breakOff(_ errno: KernelErrno, at now: UInt64) {
        isRunning = false
        endedAt = now
        completed = begun
        gap = errno
    }

    /// The kernel refused to dump; whoever waits is told by the daemon.
    mutating func fail() {
        isRunning = false
        wanted = begun
    }
}

/// Which dump is recent: one that ended this long ago or less, in nanoseconds, or that many times as long ago as it took.
struct DumpRecency: Sendable {
    let nanoseconds: UInt64
    let multiple: UInt64

    /// For people who have asked.
    static let ofCalls = DumpRecency(nanoseconds: 250_000_000, multiple: 10)
    /// For programs that keep figures, and ask for ever: they take a twentieth of the kernel's time at most.
    static let ofFigures = DumpRecency(nanoseconds: 1_000_000_000, multiple: 20)
}
