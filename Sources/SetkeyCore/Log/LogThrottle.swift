import IPsec

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

/// Lets one line about missing SAs pass a minute for each policy: traffic that finds none goes on asking.
struct AcquireThrottle: Sendable {
    private static let interval: UInt64 = 60_000_000_000
    /// So many policies are told of within that time; what else comes is not.
    private static let limit = 1024

    private var told: [PolicyIndex?: UInt64] = [:]
    /// When those that count no longer were forgotten last.
    private var sweptAt: UInt64 = 0

    mutating func admit(_ policy: PolicyIndex?, at now: UInt64) -> Bool {
        if let last = told[policy], now &- last < Self.interval { return false }
        if now &- sweptAt >= Self.interval {
            told = told.filter { now &- $0.value < Self.interval }
            sweptAt = now
        }
        guard told.count < Self.limit || told[policy] != nil else { return false }
        told[policy] = now
        return true
    }
}
