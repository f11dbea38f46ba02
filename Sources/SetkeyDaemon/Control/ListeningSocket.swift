import ControlProtocol
import Glibc
import IPsec

/// A Unix stream socket that clients connect to.
package final class ListeningSocket {
    package let descriptor: FileDescriptor
    /// The path and the file that was made there; nothing for a socket that was passed in.
    private let file: (path: String, device: dev_t, inode: ino_t)?
    /// The group whose members have read-only access; `nil` if this machine has no such group.
    private let readers = PeerIdentification.readers

    /// Takes over a socket that listens already, such as one from the service manager; its path is left alone.
    package init(owning rawValue: Int32) {
        descriptor = FileDescriptor(owning: rawValue)
        descriptor.setNonBlocking()
        file = nil
    }

    /// Makes a socket at `path` with the permissions `mode`, in a directory that exists, and listens on it.
    ///
    /// A socket file that nobody answers on is a leftover and is replaced. The directory is locked meanwhile, so that
    /// two daemons that start at once do not take each other's socket for one.
    package init(path: String, mode: UInt32 = 0o660) throws(ListenError) {
        let directory = try Self.lockDirectory(of: path)
        defer { withExtendedLifetime(directory) {} }
        let rawValue = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard rawValue >= 0 else { throw .system(operation: "socket", path: path, errno: errno) }
        descriptor = FileDescriptor(owning: rawValue)
        descriptor.setNonBlocking()
        // Linux takes the file's mode from the socket's, less the umask: it is never open to more than `mode`.
        guard fchmod(rawValue, mode) == 0 else { throw .system(operation: "fchmod", path: path, errno: errno) }
        try Self.bind(descriptor, to: path)
        try Self.perform("chmod", path) { () throws(KernelErrno) in try Path.setMode(of: path, mode) }
        guard Glibc.listen(rawValue, 512) == 0 else { throw .system(operation: "listen", path: path, errno: errno) }
        guard let status = FileStatus(path: path) else { throw .system(operation: "stat", path: path, errno: errno) }
        file = (path, status.device, status.inode)
    }

    /// Makes the control socket at `path`, and beside it the one that only root and this process's user may open.
    package static func pair(at path: String) throws(ListenError) -> [ListeningSocket] {
        let common = try ListeningSocket(path: path)
        do throws(ListenError) {
            return [try ListeningSocket(path: PrivilegedSocket.path(beside: path), mode: 0o600), common]
        } catch {
            common.removePath()
            throw error
        }
    }

    /// Removes the file that was made, if it is still that one.
    package func removePath() {
        guard let file, let status = FileStatus(path: file.path) else { return }
        guard status.device == file.device, status.inode == file.inode else { return }
        try? Path.remove(file.path)
    }
}

// MARK: - Accepting

extension ListeningSocket {
    /// What accepting came to.
    enum Acceptance {
        case accepted(FileDescriptor, Peer)
        /// Nobody waits.
        case none
        case failed(errno: Int32)
    }

    /// The next client that waits.
    func accept() -> Acceptance {
        while true {
            let rawValue = Glibc.accept(descriptor.rawValue, nil, nil)
            if rawValue >= 0 {
                let client = FileDescriptor(owning: rawValue)
                client.setNonBlocking()
                guard let peer = PeerIdentification(client, readers: readers)?.peer else { continue }
                return .accepted(client, peer)
            }
            switch errno {
            case EINTR, ECONNABORTED: continue
            case EAGAIN, EWOULDBLOCK: return .none
            case let number: return .failed(errno: number)
            }
        }
    }
}

extension FileDescriptor {
    /// Whether the other end of a connected socket is closed altogether, not for sending alone.
    var isHungUp: Bool {
        Self.wait(for: 0, of: rawValue, milliseconds: 0) & Int32(POLLHUP) != 0
    }
}

// MARK: - The path

extension ListeningSocket {
    /// Opens and locks the directory that `path` lies in.
    private static func lockDirectory(of path: String) throws(ListenError) -> FileDescriptor {
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor: FileDescriptor
        do throws(KernelErrno) {
            descriptor = try .open(directory, O_RDONLY | O_DIRECTORY)
        } catch {
            guard error == .noEntry else { throw .system(operation: "open", path: directory, errno: error.rawValue) }
            throw .noDirectory(directory)
        }
        // Another daemon holds it for a few system calls. Whoever holds it for long is none: anyone who can read the
        // directory can lock it, and must not keep us from starting.
        for _ in 0..<200 {
            if flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 { return descriptor }
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw .system(operation: "flock", path: directory, errno: errno)
            }
            usleep(10_000)
        }
        return descriptor
    }

    private static func bind(_ descriptor: FileDescriptor, to path: String) throws(ListenError) {
        guard let address = UnixAddress(path: path) else { throw .pathTooLong(path) }
        if address.bind(descriptor.rawValue) == 0 { return }
        guard errno == EADDRINUSE else { throw .system(operation: "bind", path: path, errno: errno) }
        try removeLeftover(path, address)
        guard address.bind(descriptor.rawValue) == 0 else { throw .system(operation: "bind", path: path, errno: errno) }
    }

    /// Removes the file at `path` if it is a socket that nobody answers on.
    private static func removeLeftover(_ path: String, _ address: UnixAddress) throws(ListenError) {
        guard let status = FileStatus(path: path), status.isSocket else { throw .notASocket(path) }
        let rawValue = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard rawValue >= 0 else { throw .system(operation: "socket", path: path, errno: errno) }
        let probe = FileDescriptor(owning: rawValue)
        probe.setNonBlocking()
        guard address.connect(probe.rawValue) != 0 else { throw .inUse(path) }
        switch errno {
        case ECONNREFUSED: break
        case EAGAIN: throw .inUse(path)
        case let number: throw .system(operation: "connect", path: path, errno: number)
        }
        try perform("unlink", path) { () throws(KernelErrno) in try Path.remove(path) }
    }

    private static func perform(
        _ operation: String, _ path: String, _ body: () throws(KernelErrno) -> Void
    ) throws(ListenError) {
        do throws(KernelErrno) {
            try body()
        } catch {
            throw .system(operation: operation, path: path, errno: error.rawValue)
        }
    }
}

/// What `lstat` says of a path, as far as a socket's owner asks.
private struct FileStatus {
    let device: dev_t
    let inode: ino_t
    let isSocket: Bool

    init?(path: String) {
        guard let status = Path.statusOfLink(at: path) else { return nil }
        device = status.st_dev
        inode = status.st_ino
        isSocket = status.st_mode & S_IFMT == S_IFSOCK
    }
}
