import Glibc

/// Who may use a socket that this process may not.
enum SocketAccess {
    /// For whom the socket is, and how to become one of them.
    static func advice(_ path: String) -> String {
        guard let group = group(of: path) else { return "only root and its owner may use \(path)" }
        return """
            only root and members of the group \(group) may use \(path)
            become a member: adduser \(user) \(group), then log in again
            """
    }

    /// The group that may use the socket; `nil` if there is none but root's.
    private static func group(of path: String) -> String? {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IWGRP != 0, status.st_gid != 0,
            let entry = unsafe getgrgid(status.st_gid)
        else { return nil }
        return unsafe String(cString: entry.pointee.gr_name)
    }

    /// The user's name, or where there is none, the word that stands for it.
    private static var user: String {
        guard let entry = unsafe getpwuid(getuid()) else { return "USER" }
        return unsafe String(cString: entry.pointee.pw_name)
    }
}
