import Dispatch
import Glibc
import SetkeyCore

/// The log: what has been said in a turn is gathered, and written at its end.
final class Log {
    /// A turn that says more is written in pieces.
    private static let pieceSize = 1 << 16

    private let output: LogOutput
    private let waits: Bool
    private var entries: [LogEntry] = []
    private var byteCount = 0

    /// - Parameter waits: whether ``flush()`` waits for whoever reads the log, and loses nothing: for a program that has
    ///   nothing else to do, not for a daemon.
    init(waits: Bool = false, output: LogOutput = .standardError) {
        self.waits = waits
        self.output = output
    }

    func append(_ entry: LogEntry) {
        entries.append(entry)
        byteCount += entry.message.utf8.count
        if byteCount > Self.pieceSize { flush() }
    }

    /// Writes what has gathered, or has it written; a log that cannot be written is no reason to stop.
    func flush() {
        guard !entries.isEmpty else { return }
        if waits { output.write(entries) } else { output.enqueue(entries, byteCount: byteCount) }
        entries.removeAll(keepingCapacity: true)
        byteCount = 0
    }

    /// Writes what has gathered before the process ends, and waits for that, but not for long.
    func finish() {
        flush()
        output.finish(within: .seconds(2))
    }
}
