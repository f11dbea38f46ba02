import Glibc

/// For whom a configuration file has to be readable: the group that the daemon runs as, and nobody else.
nonisolated struct ServiceReader {
    /// The group that the package makes for the daemon.
    private static let standardGroup = "_setkeyd"

    /// The group's name; `nil` where the daemon is root, who may read everything.
    let group: String?
    /// Whether this process is in the group, as the daemon is, and not somebody who checks its file.
    var isDaemon = true

    /// The service's, which runs as its own user where it is installed; else of this process.
    static func ofThisProcess() -> ServiceReader {
        if let number = ProcessEnvironment.group(named: standardGroup) {
            return ServiceReader(group: standardGroup, isDaemon: number == getegid())
        }
        guard geteuid() != 0 else { return ServiceReader(group: nil) }
        return ServiceReader(group: ProcessEnvironment.ownGroupName)
    }

    /// The commands after which the daemon may read `path`, which is quoted for a shell, and others may not.
    ///
    /// - Parameter isOwn: whether the file belongs to the user who is told. Only root may give it away, and root's
    ///   files are for the service.
    func command(for path: String, isOwn: Bool) -> String {
        guard let group, !isOwn || geteuid() == 0 else { return "chmod o-rwx \(path)" }
        return "chown root:\(group) \(path); chmod 640 \(path)"
    }

    /// What to do about a file or a directory that this process may not read; `nil` where it is not a matter of the
    /// daemon's group.
    ///
    /// - Parameters:
    ///   - path: not quoted.
    ///   - mode: the permissions that it needs, for chmod(1).
    func remedy(for path: String, mode: String) -> String? {
        guard let group else { return nil }
        guard isDaemon else { return geteuid() == 0 ? nil : "run this as root" }
        let quoted = ConfigurationAccess.quoted(path)
        let isConfined = group == Self.standardGroup && !path.hasPrefix("/etc/setkeyd/")
        return "chown root:\(group) \(quoted); chmod \(mode) \(quoted)"
            + (isConfined ? "; AppArmor must allow it, too: see setkeyd(8), SECURITY CONSIDERATIONS" : "")
    }
}
