import ControlProtocol
import TextBytes

/// Why the control socket cannot be made.
package enum ListenError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The directory of the socket does not exist.
    case noDirectory(String)
    /// A daemon answers on the path already.
    case inUse(String)
    /// Something else lies at the path.
    case notASocket(String)
    /// The path is longer than an address holds.
    case pathTooLong(String)
    /// A system call failed; `operation` is its name.
    case system(operation: String, path: String, errno: Int32)

    package var description: String {
        switch self {
        case .noDirectory(let path):
            "the control socket's directory \(path) does not exist; create it or name another path with --socket"
        case .inUse(let path):
            "another daemon serves \(path); stop it or name another path with --socket"
        case .notASocket(let path):
            "\(path) exists and is not a socket; remove it or name another path with --socket"
        case .pathTooLong(let path):
            "the control socket's path has \(path.utf8.count) bytes; an address can have \(UnixAddress.maximumPathBytes)"
        case .system(let operation, let path, let errno):
            "cannot create the control socket \(path): \(operation): \(systemErrorText(errno))"
        }
    }
}
