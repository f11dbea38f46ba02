package import ControlProtocol
import Glibc
import TextBytes

/// Why a call has no answer, or which error it was answered with.
package enum ClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is nothing at the socket's path.
    case noSocket(path: String)
    /// There is a socket, but nobody listens.
    case refused(path: String)
    /// The socket's permissions keep this user out.
    case permissionDenied(path: String)
    /// The path is longer than an address holds, or empty.
    case unusablePath(String)
    /// A system call failed.
    case system(operation: String, errno: Int32)
    /// The daemon has gone, or has closed the connection, before it answered.
    case connectionLost
    /// For so long nothing has come.
    case silent(Duration)
    /// What came is not what this client understands.
    case malformedReply(FrameError)
    /// The call cannot be put into a frame.
    case unsendable(FrameError)
    /// The daemon answered with an error.
    case daemon(ControlError)
    /// The daemon answered with an error of the protocol: client and daemon are of different versions.
    case service(ServiceError)
    /// The daemon answered with an error that this client does not know.
    case unknown(String)

    /// The error of connecting to `path` with `errno`.
    init(connecting path: String, errno: Int32) {
        switch errno {
        case ENOENT, ENOTDIR: self = .noSocket(path: path)
        case ECONNREFUSED, ENOTSOCK, EPROTOTYPE: self = .refused(path: path)
        case EACCES, EPERM: self = .permissionDenied(path: path)
        default: self = .system(operation: "connect", errno: errno)
        }
    }

    package var description: String {
        switch self {
        case .noSocket(let path):
            "no daemon: \(path) does not exist; start setkeyd, or name its socket with --socket"
        case .refused(let path):
            "no daemon: nothing listens on \(path); start setkeyd"
        case .permissionDenied(let path):
            "no permission to use \(path): it is for root and the socket's group"
        case .unusablePath(let path):
            "the socket's path has \(path.utf8.count) bytes; an address can have 1 to \(UnixAddress.maximumPathBytes)"
        case .system(let operation, let errno): "\(operation): \(systemErrorText(errno))"
        case .connectionLost:
            "the connection to the daemon is lost: it has ended, or closed the connection; "
                + "its log says why (under systemd: journalctl -u setkeyd)"
        case .silent(let patience): "no answer for \(max(1, patience.components.seconds)) s"
        case .malformedReply(let error): "cannot understand the daemon's answer: \(error)"
        case .unsendable(let error): "the call cannot be sent: \(error)"
        case .daemon(let error): Self.plain(error.description)
        case .service(let error): "client and daemon are of different versions: \(Self.plain("\(error)"))"
        case .unknown(let name): "the daemon answered with an error of a newer version: \(oneLine(name))"
        }
    }

    /// Lines of a daemon, which may be another one than it seems, as a terminal may get them.
    private static func plain(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { oneLine(String($0)) }.joined(
            separator: "\n")
    }
}
