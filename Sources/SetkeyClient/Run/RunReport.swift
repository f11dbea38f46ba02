import Glibc

/// What a run says on stderr: remarks, and below them on a terminal the progress.
struct RunReport {
    let total: Int
    private var meter: ProgressMeter
    private var output = FileOutput.standardError
    private let showsProgress: Bool
    private let started = ContinuousClock.now

    init(total: Int) {
        self.total = total
        meter = ProgressMeter(total: total, unicode: Terminal.style.unicode)
        showsProgress = output.isTerminal
    }

    /// Says one line.
    mutating func say(_ line: String) {
        write("\(line)\n")
    }

    /// Draws the progress, where it is due.
    mutating func showProgress(executed: Int, failed: Int) {
        guard showsProgress else { return }
        let width = Terminal(descriptor: STDERR_FILENO).size.width
        let elapsed = started.duration(to: .now)
        if let line = meter.line(executed: executed, failed: failed, elapsed: elapsed, width: width) {
            write("\r\(line)\u{1b}[K")
        }
    }

    /// Takes the progress off the terminal.
    mutating func eraseProgress() {
        guard meter.isShown else { return }
        meter.erased()
        write("\r\u{1b}[K")
    }

    /// Where stderr cannot be written there is nobody to tell.
    private mutating func write(_ text: String) {
        try? output.write(text)
        try? output.flush()
    }
}
