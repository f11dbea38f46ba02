import Glibc
import SetkeyCore

/// The log: one line an entry on stderr, gathered and written once a turn.
///
/// Where stderr is the journal, each line begins with its priority as sd-daemon(3) has it (`<4>`).
final class Log {
    private var buffer: [UInt8] = []
    private let marksPriority: Bool

    init() {
        marksPriority = Self.standardErrorIsJournal
    }

    /// Whether `$JOURNAL_STREAM` names the very file that stderr is (systemd.exec(5)).
    private static var standardErrorIsJournal: Bool {
        guard let value = unsafe getenv("JOURNAL_STREAM") else { return false }
        var status = stat()
        guard unsafe fstat(STDERR_FILENO, &status) == 0 else { return false }
        return unsafe String(cString: value) == "\(status.st_dev):\(status.st_ino)"
    }

    func append(_ entry: LogEntry) {
        for line in entry.message.split(separator: "\n", omittingEmptySubsequences: true) {
            if marksPriority { buffer += Array("<\(entry.priority.rawValue)>".utf8) }
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
