import Glibc
import SetkeyCore

extension Instant {
    /// Both clocks of this machine, now.
    static var now: Instant {
        let wall = ProcessEnvironment.time(of: CLOCK_REALTIME)
        let monotonic = ProcessEnvironment.time(of: CLOCK_MONOTONIC)
        return Instant(
            seconds: wall.tv_sec, microseconds: wall.tv_nsec / 1000,
            monotonic: UInt64(clamping: monotonic.tv_sec) * 1_000_000_000 + UInt64(clamping: monotonic.tv_nsec))
    }
}
