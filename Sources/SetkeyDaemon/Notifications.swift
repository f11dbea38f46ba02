import CLinux
import ControlProtocol
import Glibc

/// What the service manager is told, in the manner of sd_notify(3), which itself would wait for a reader of the socket:
/// nothing here waits. What the socket does not take is sent again, until it does.
final class Notifications {
    /// What a datagram is about. Of each kind only the last one that was not taken is kept: it says all there is to say.
    enum Kind: Hashable {
        case ready, reloading, status, stopping, alive, failed
    }

    /// How long the manager is left alone that has not read what it was told.
    private static let pause: Duration = .milliseconds(500)

    private let descriptor: FileDescriptor
    private let address: UnixAddress
    /// What was not taken, oldest first.
    private var waiting: [(kind: Kind, text: String)] = []
    private var timer: MainQueueTimer?

    /// - Parameter path: `$NOTIFY_SOCKET`: a path, or a name in the abstract namespace that begins with `@`.
    init?(path: String) {
        guard let address = path.hasPrefix("@") ? UnixAddress(abstract: path.dropFirst()) : UnixAddress(path: path)
        else {
            return nil
        }
        let rawValue = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard rawValue >= 0 else { return nil }
        descriptor = FileDescriptor(owning: rawValue)
        self.address = address
        timer = MainQueueTimer { [weak self] in self?.flush() }
    }

    /// How many wait to be taken.
    var waitingCount: Int { waiting.count }

    /// Tells `text`, after what was not taken before.
    func send(_ kind: Kind, _ text: String) {
        waiting.removeAll { $0.kind == kind }
        waiting.append((kind, text))
        flush()
    }

    /// Sends what waits, as far as it is taken.
    private func flush() {
        while let next = waiting.first {
            if address.send(Array(next.text.utf8), from: descriptor.rawValue) < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS {
                    return timer?.schedule(after: Self.pause) ?? ()
                }
                // Nobody listens there: what is told later may find somebody.
            }
            waiting.removeFirst()
        }
    }
}
