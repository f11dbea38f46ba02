import TextBytes

/// Where the daemon's socket is.
package enum SocketPath {
    private static let directory = "/run/setkeyd/"
    private static let name = "control.sock"

    /// What `--socket` says, else `$SETKEYD_SOCKET`, else the standard place.
    static func resolve(_ option: String?) -> String {
        if let option { return option }
        guard let value = environmentVariable("SETKEYD_SOCKET"), !value.isEmpty else { return directory + name }
        return value
    }

    /// The systemd unit whose daemon listens at `path`: `setkeyd`, or `setkeyd@NAMESPACE`; `nil` for any other place.
    package static func unit(of path: String) -> String? {
        guard path.hasPrefix(directory), path.hasSuffix(name) else { return nil }
        let parts = path.dropFirst(directory.count).split(separator: "/", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return parts[0] == name ? "setkeyd" : nil
        case 2: return parts[1] == name && !parts[0].isEmpty ? "setkeyd@\(parts[0])" : nil
        default: return nil
        }
    }
}
