import Glibc

/// For whom a configuration file has to be readable: the group that the daemon runs as, and nobody else.
nonisolated struct ServiceReader {
    /// The group that the package makes for the daemon.
    private static let standardGroup = "_setkeyd"

    /// The group's name; `nil` where the daemon is root, who may read everything.
    let group: String?

    /// The service's, which runs as its own user where it is installed; else of this process.
    static func ofThisProcess() -> ServiceReader {
        if unsafe getgrnam(standardGroup) != nil { return ServiceReader(group: standardGroup) }
        guard geteuid() != 0 else { return ServiceReader(group: nil) }
        return ServiceReader(group: unsafe getgrgid(getegid()).map { unsafe String(cString: $0.pointee.gr_name) })
    }

    /// The commands after which the daemon may read `path`, which is quoted for a shell, and others may not.
    ///
    /// - Parameter isOwn: whether the file belongs to the user who is told. Only root may give it away, and root's
    ///   files are for the service.
    func command(for path: String, isOwn: Bool) -> String {
        guard let group, !isOwn || geteuid() == 0 else { return "chmod o-rwx \(path)" }
        return "chown root:\(group) \(path); chmod 640 \(path)"
    }
}
