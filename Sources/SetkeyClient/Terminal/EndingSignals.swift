import Glibc

/// The signals by which a user ends a program.
enum EndingSignals {
    /// Those that this process heeds: what `nohup` or a shell has had ignored stays so.
    static var heeded: [Int32] {
        [SIGINT, SIGTERM, SIGHUP, SIGQUIT].filter { !isIgnored($0) }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var current = sigaction()
        guard unsafe sigaction(number, nil, &current) == 0 else { return false }
        // SIG_IGN is the number 1 in place of a function, which Swift does not compare.
        return unsafe unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
