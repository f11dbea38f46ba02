import Glibc
import TextBytes

/// Why a file cannot be read.
package struct SourceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What keeps it from being read.
    package enum Reason: Hashable, Sendable, CustomStringConvertible {
        /// `ENOENT`, `ENOTDIR`.
        case missing
        /// `EACCES`, `EPERM`.
        case denied
        /// It is a directory.
        case directory
        /// It is a device or a socket, or a pipe where none may be read.
        case notAFile
        /// It has more than `limit` bytes.
        case tooLarge(limit: Int)
        /// Somebody wrote to it meanwhile.
        case changedWhileRead
        /// Any other errno.
        case system(Int32)

        init(errno: Int32) {
            switch errno {
            case ENOENT, ENOTDIR: self = .missing
            case EACCES, EPERM: self = .denied
            case EISDIR: self = .directory
            default: self = .system(errno)
            }
        }

        package var description: String {
            switch self {
            case .missing: "no such file"
            case .denied: "permission denied"
            case .directory: "it is a directory"
            case .notAFile: "it is neither a file nor a pipe"
            case .tooLarge(let limit): "it is larger than \(limit >> 20) MiB"
            case .changedWhileRead: "it changed while it was read"
            case .system(let number): systemErrorText(number)
            }
        }

        /// What to do about it.
        fileprivate var advice: String {
            switch self {
            case .missing: "check the name"
            case .denied: "check who owns it and who can read it"
            case .directory: "name a file; include \"DIRECTORY/*.conf\" reads all of a directory"
            case .notAFile: "name a file"
            case .tooLarge: "split it"
            case .changedWhileRead: "try again when it is complete; write a new file and rename it into place"
            case .system(EBADF): "it is closed: name a file or a pipe"
            case .system: "see the system's log"
            }
        }
    }

    /// As it was named.
    package let path: String
    /// What keeps it from being read.
    package let reason: Reason
    /// What to do about it.
    package let advice: String

    /// - Parameter advice: what to do; `nil` for what is right for whoever reads files.
    package init(path: String, reason: Reason, advice: String? = nil) {
        self.path = path
        self.reason = reason
        self.advice = advice ?? reason.advice
    }

    package var description: String { "\(SourceText.name(ofFile: path)): \(reason)" }
}
