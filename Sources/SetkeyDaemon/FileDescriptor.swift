import CLinux
import Glibc

/// An open descriptor, closed when the last reference to it goes.
package nonisolated final class FileDescriptor: Sendable {
    package let rawValue: Int32

    /// Takes over `rawValue`, which must be open.
    package init(owning rawValue: Int32) {
        self.rawValue = rawValue
    }

    deinit {
        close(rawValue)
    }

    /// What a read or a write came to.
    package enum Transfer: Equatable {
        /// That many bytes; at least one.
        case bytes(Int)
        /// The other end has closed.
        case end
        /// Not now.
        case wouldBlock
        /// The system call failed with any other errno than `EINTR`, `EAGAIN` and `EWOULDBLOCK`.
        case failed(errno: Int32)
    }

    /// Makes reads and writes return at once, and keeps the descriptor from other programs.
    package func setNonBlocking() {
        _ = fcntl(rawValue, F_SETFL, fcntl(rawValue, F_GETFL) | O_NONBLOCK)
        _ = fcntl(rawValue, F_SETFD, FD_CLOEXEC)
    }

    static func transfer(_ operation: () -> Int) -> Transfer {
        while true {
            let count = operation()
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            let number = errno
            if number == EINTR { continue }
            return number == EAGAIN || number == EWOULDBLOCK ? .wouldBlock : .failed(errno: number)
        }
    }
}
