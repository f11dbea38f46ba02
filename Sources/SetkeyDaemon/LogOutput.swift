import Dispatch
import Glibc
import SetkeyCore
import Synchronization
import TextBytes

/// Where the log goes: entries of the journal with their fields, where stderr is the journal; else lines on stderr.
///
/// A thread of its own writes: a pipe that nobody reads, a terminal that is stopped, or a journal that does not answer
/// holds up that thread and nothing else. What waits for it is bounded; beyond that entries are dropped, counted, and
/// the count is said as soon as the log is read again. The descriptor is shared with other programs: it must stay as it
/// is, without `O_NONBLOCK`.
nonisolated final class LogOutput: Sendable {
    /// The process's.
    static let standardError = LogOutput(
        descriptor: STDERR_FILENO, journal: standardErrorIsJournal ? Journal() : nil, queueLimit: 1 << 20)

    private struct Queue {
        var byteCount = 0
        var dropped = 0
    }

    private let descriptor: Int32
    private let journal: Journal?
    /// In bytes of messages.
    private let queueLimit: Int
    private let queue = Mutex(Queue())
    private let writer = WorkerThread()

    init(descriptor: Int32, journal: Journal?, queueLimit: Int) {
        self.descriptor = descriptor
        self.journal = journal
        self.queueLimit = queueLimit
    }

    /// Whether `$JOURNAL_STREAM` names the very file that stderr is (systemd.exec(5)).
    private static var standardErrorIsJournal: Bool {
        guard let value = environmentVariable("JOURNAL_STREAM"),
            let status = FileDescriptor.status(of: STDERR_FILENO)
        else { return false }
        return value == "\(status.st_dev):\(status.st_ino)"
    }

    /// Has `entries` written; drops them if too much waits already.
    ///
    /// - Parameter byteCount: of their messages.
    func enqueue(_ entries: [LogEntry], byteCount: Int) {
        let fits = queue.withLock { queue in
            guard queue.byteCount == 0 || queue.byteCount + byteCount <= queueLimit else {
                queue.dropped += entries.count
                return false
            }
            queue.byteCount += byteCount
            return true
        }
        guard fits else { return }
        writer.run {
            self.write(entries)
            let dropped = self.queue.withLock { queue in
                queue.byteCount -= byteCount
                guard queue.byteCount == 0 else { return 0 }
                defer { queue.dropped = 0 }
                return queue.dropped
            }
            if dropped > 0 { self.write([Self.notice(ofDropped: dropped)]) }
        }
    }

    private static func notice(ofDropped count: Int) -> LogEntry {
        let entries = counted(count, "log entry was", "log entries were")
        return LogEntry(.warning, "\(entries) dropped: the log was not read fast enough")
    }

    /// Waits until what has been enqueued is written, or `limit` is over.
    func finish(within limit: DispatchTimeInterval) {
        _ = writer.finish(within: limit)
    }

    /// Writes `entries`, and waits for whoever reads them.
    func write(_ entries: [LogEntry]) {
        var lines: [UInt8] = []
        for entry in entries {
            if let journal, journal.send(entry) { continue }
            for line in entry.message.split(separator: "\n", omittingEmptySubsequences: true) {
                // As sd-daemon(3) has it, for a journal that does not take the entry itself.
                if journal != nil { lines += Array("<\(entry.priority.rawValue)>".utf8) }
                lines += Array("setkeyd: \(line)\n".utf8)
            }
        }
        // What cannot be written is lost: there is nobody else to tell.
        try? FileDescriptor.write(lines, to: descriptor)
    }
}
