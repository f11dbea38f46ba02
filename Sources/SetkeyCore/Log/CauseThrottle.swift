/// Lets the first lines of each cause pass, and counts the rest until a minute is over.
struct CauseThrottle: Sendable {
    /// Lines of a cause that pass in one window.
    static let burst = 5
    /// Length of a window, in nanoseconds.
    static let interval: UInt64 = 60_000_000_000

    private struct Window: Sendable {
        let end: UInt64
        var passed = 0
        var held = 0
    }

    private var windows: [LogCause: Window] = [:]

    /// When a count of held lines is due, on the monotonic clock; `nil` if none are held.
    var dueAt: UInt64? { windows.values.filter { $0.held > 0 }.map(\.end).min() }

    /// Whether a line of `cause` may pass at `now`, on the monotonic clock.
    mutating func admit(_ cause: LogCause, at now: UInt64) -> Bool {
        var window = windows[cause] ?? Window(end: now &+ Self.interval)
        let passes = window.passed < Self.burst
        if passes { window.passed += 1 } else { window.held += 1 }
        windows[cause] = window
        return passes
    }

    /// Ends the windows whose minute is over.
    ///
    /// - Returns: how many lines each has held back, where it has.
    mutating func takeEnded(at now: UInt64) -> [(cause: LogCause, held: Int)] {
        let ended = LogCause.allCases.compactMap { cause in windows[cause].map { (cause, $0) } }.filter {
            $0.1.end <= now
        }
        for (cause, _) in ended { windows[cause] = nil }
        return ended.filter { $0.1.held > 0 }.map { ($0.0, $0.1.held) }
    }
}
