/// A moment, as the shell read its clocks; the core reads none.
package struct Instant: Hashable, Sendable {
    /// The wall clock: whole seconds since 1970. Creation times of the kernel are on it.
    package let seconds: Int
    /// And microseconds, 0...999,999.
    package let microseconds: Int
    /// The monotonic clock in nanoseconds, for intervals: setting the wall clock does not move it.
    package let monotonic: UInt64

    package init(seconds: Int, microseconds: Int, monotonic: UInt64) {
        self.seconds = seconds
        self.microseconds = microseconds
        self.monotonic = monotonic
    }

    /// Whole seconds from `earlier` to here by the monotonic clock.
    func secondsSince(_ earlier: Instant) -> Int {
        monotonic < earlier.monotonic ? 0 : Int((monotonic - earlier.monotonic) / 1_000_000_000)
    }

    /// So many seconds from here by the monotonic clock; a century at most.
    func after(seconds: UInt64) -> UInt64 { monotonic &+ min(seconds, 100 * 366 * 86_400) * 1_000_000_000 }
}
