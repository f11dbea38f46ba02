import IPsec

/// Lets a burst of lines through and a trickle after it; the rest is counted and summarised.
struct LogThrottle: Sendable {
    /// Lines that pass at once.
    private static let burst = 200
    /// Nanoseconds in which one more line is earned.
    private static let interval: UInt64 = 50_000_000

    /// What was held back is told so many nanoseconds after the first of it.
    private static let patience: UInt64 = 1_000_000_000

    private var tokens = Self.burst
    private var earnedAt: UInt64 = 0
    private var held = 0
    /// When the count of lines held back is due, on the monotonic clock; `nil` if none are.
    private(set) var dueAt: UInt64?

    /// Whether a line may pass at `now`, on the monotonic clock.
    mutating func admit(at now: UInt64) -> Bool {
        let earned = now < earnedAt ? 0 : (now - earnedAt) / Self.interval
        if earned > 0 {
            tokens = min(Self.burst, tokens + Int(min(earned, UInt64(Self.burst))))
            earnedAt = now
        }
        guard tokens > 0 else {
            held += 1
            dueAt = dueAt ?? now &+ Self.patience
            return false
        }
        tokens -= 1
        return true
    }

    /// The number of lines held back, if it is due; it is counted anew then.
    mutating func takeDue(at now: UInt64) -> Int {
        guard let moment = dueAt, moment <= now else { return 0 }
        defer { (held, dueAt) = (0, nil) }
        return held
    }
}

/// Lets one line a minute pass for each cause of what the kernel tells with every packet: a policy whose traffic finds no
/// SA, an SA whose peer has moved.
struct RepetitionThrottle<Cause: Hashable & Sendable>: Sendable {
    private static var interval: UInt64 { 60_000_000_000 }
    /// So many causes are told of within that time; what else comes is not.
    private static var limit: Int { 1024 }

    private var told: [Cause: UInt64] = [:]
    /// When those that count no longer were forgotten last.
    private var sweptAt: UInt64 = 0

    mutating func admit(_ cause: Cause, at now: UInt64) -> Bool {
        if let last = told[cause], now &- last < Self.interval { return false }
        if now &- sweptAt >= Self.interval {
            told = told.filter { now &- $0.value < Self.interval }
            sweptAt = now
        }
        guard told.count < Self.limit || told[cause] != nil else { return false }
        told[cause] = now
        return true
    }
}
