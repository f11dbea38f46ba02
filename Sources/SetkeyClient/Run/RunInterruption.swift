import Glibc

/// What the user is told who ends a run by a signal: the daemon may have executed a part of it.
enum RunInterruption {
    private static let remark: StaticString = """
        \r\u{1b}[Ksetkey: interrupted; a part of the statements is executed: setkey -D and setkey -DP show it

        """
    private static let plainRemark: StaticString = """
        setkey: interrupted; a part of the statements is executed: setkey -D and setkey -DP show it

        """

    /// Lets the signals that end a program say so first. A handler may do no more than a few system calls.
    static func arrangeRemark() {
        for number in EndingSignals.heeded {
            _ = signal(number) { number in
                let remark = isatty(STDERR_FILENO) == 1 ? RunInterruption.remark : RunInterruption.plainRemark
                _ = unsafe write(STDERR_FILENO, remark.utf8Start, remark.utf8CodeUnitCount)
                _ = signal(number, SIG_DFL)
                kill(getpid(), number)
            }
        }
    }
}
