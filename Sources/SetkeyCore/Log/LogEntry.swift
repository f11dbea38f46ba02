/// A line for the log; never a key.
package struct LogEntry: Hashable, Sendable {
    /// How much it matters; the numbers are syslog's.
    package enum Priority: Int, Sendable {
        case error = 3
        case warning = 4
        case notice = 5
        case info = 6
    }

    package let priority: Priority
    package let message: String
    /// What it is about, where programs look for it.
    package let kind: LogKind?
    /// What it speaks of, by fields of the journal.
    package let fields: [LogField]

    package init(_ priority: Priority, _ message: String, kind: LogKind? = nil, fields: [LogField] = []) {
        self.priority = priority
        self.message = message
        self.kind = kind
        self.fields = fields
    }
}

/// Lets a burst of lines through and a trickle after it; the rest is counted and summarised.
struct LogThrottle: Sendable {
    /// Lines that pass at once.
    private static let burst = 200
    /// Nanoseconds in which one more line is earned.
    private static let interval: UInt64 = 50_000_000

    private var tokens = Self.burst
    private var earnedAt: UInt64 = 0
    private(set) var suppressed = 0

    /// Whether a line may pass now.
    mutating func admit(at now: Instant) -> Bool {
        let earned = now.monotonic < earnedAt ? 0 : (now.monotonic - earnedAt) / Self.interval
        if earned > 0 {
            tokens = min(Self.burst, tokens + Int(min(earned, UInt64(Self.burst))))
            earnedAt = now.monotonic
        }
        guard tokens > 0 else {
            suppressed += 1
            return false
        }
        tokens -= 1
        return true
    }

    /// The number of lines held back since the last call, once lines pass again.
    mutating func takeSuppressed() -> Int {
        defer { suppressed = 0 }
        return suppressed
    }
}
