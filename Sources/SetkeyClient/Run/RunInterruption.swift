import Glibc

/// What a user who ends a run by a signal is told: the daemon may have executed a part of it.
enum RunInterruption {
    private static let remark: StaticString = """
        \r\u{1b}[Ksetkey: interrupted; some statements have been executed: setkey -D and setkey -DP show them

        """
    private static let plainRemark: StaticString = """
        setkey: interrupted; some statements have been executed: setkey -D and setkey -DP show them

        """

    /// Lets the signals that end a program say so first. A handler may do no more than a few system calls.
    static func arrangeRemark() {
        for number in EndingSignals.heeded {
            _ = signal(number) { number in
                let remark = isatty(STDERR_FILENO) == 1 ? RunInterruption.remark : RunInterruption.plainRemark
                SystemCalls.put(remark, on: STDERR_FILENO)
                _ = signal(number, SIG_DFL)
                kill(getpid(), number)
            }
        }
    }

    /// Lets these signals end the program without a remark, where no run is under way.
    static func withdrawRemark() {
        for number in EndingSignals.heeded { _ = signal(number, SIG_DFL) }
    }
}
