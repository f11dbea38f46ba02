import Glibc
import SetkeyCore

/// The log: entries of the journal with their fields, where stderr is the journal; else lines on stderr, gathered and
/// written once a turn.
final class Log {
    private var buffer: [UInt8] = []
    private let journal: Journal?

    init() {
        journal = Self.standardErrorIsJournal ? Journal() : nil
    }

    /// Whether `$JOURNAL_STREAM` names the very file that stderr is (systemd.exec(5)).
    private static var standardErrorIsJournal: Bool {
        guard let value = unsafe getenv("JOURNAL_STREAM") else { return false }
        var status = stat()
        guard unsafe fstat(STDERR_FILENO, &status) == 0 else { return false }
        return unsafe String(cString: value) == "\(status.st_dev):\(status.st_ino)"
    }

    func append(_ entry: LogEntry) {
        if let journal, journal.send(entry) { return }
        for line in entry.message.split(separator: "\n", omittingEmptySubsequences: true) {
            // As sd-daemon(3) has it, for a journal that does not take the entry itself.
            if journal != nil { buffer += Array("<\(entry.priority.rawValue)>".utf8) }
            buffer += Array("setkeyd: \(line)\n".utf8)
        }
        if buffer.count > 1 << 16 { flush() }
    }

    /// Writes what has gathered; a log that cannot be written is no reason to stop.
    func flush() {
        var start = 0
        while start < buffer.count {
            let count = unsafe buffer.withUnsafeBytes {
                unsafe write(STDERR_FILENO, $0.baseAddress?.advanced(by: start), $0.count - start)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            start += count
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
