/// A long run's progress, as one line: when to draw it, and what it says.
package struct ProgressMeter: Sendable {
    /// Short runs show nothing: a line that flashes up and goes is noise.
    private static let patience = Duration.milliseconds(500)
    private static let interval = Duration.milliseconds(100)
    private static let widestBar = 30

    private let total: Int
    private let unicode: Bool
    private var lastDrawn: Duration?

    /// - Parameter total: statements of the run.
    package init(total: Int, unicode: Bool) {
        self.total = max(1, total)
        self.unicode = unicode
    }

    /// Whether a line is on the terminal.
    package var isShown: Bool { lastDrawn != nil }

    /// The line, where one is due.
    ///
    /// - Parameters:
    ///   - elapsed: since the run began.
    ///   - width: columns of the terminal; the line stays below it.
    package mutating func line(executed: Int, failed: Int, elapsed: Duration, width: Int) -> String? {
        guard elapsed >= Self.patience else { return nil }
        if let lastDrawn, elapsed - lastDrawn < Self.interval { return nil }
        lastDrawn = elapsed
        let rate = Double(executed) / (elapsed / .seconds(1))
        var text = "\(executed)/\(total) statements, \(Quantity.scaled(Int(rate.rounded())))/s"
        if failed > 0 { text += ", \(failed) failed" }
        let barWidth = min(Self.widestBar, width - text.count - 2)
        if barWidth >= 8 {
            let bar = Bar.text(Double(executed) / Double(total), width: barWidth, unicode: unicode)
            text = "\(bar) \(text)"
        }
        return String(text.prefix(max(0, width - 1)))
    }

    /// Says that the line has been erased, so that the next one is drawn at once.
    package mutating func erased() {
        lastDrawn = nil
    }
}
