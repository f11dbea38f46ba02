import Glibc

/// The signals by which a user ends a program.
enum EndingSignals {
    /// Those that this process heeds: what `nohup` or a shell has had ignored stays so.
    static var heeded: [Int32] {
        [SIGINT, SIGTERM, SIGHUP, SIGQUIT].filter { !SystemCalls.ignoresSignal($0) }
    }
}
