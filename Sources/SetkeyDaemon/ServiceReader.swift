import Glibc

/// For whom a configuration file has to be readable: the group that the daemon runs as, and nobody else.
nonisolated struct ServiceReader {
    /// The group that the package makes for the daemon.
    private static let standardGroup = "_setkeyd"

    /// The group's name; `nil` where the daemon is root, who may read everything.
    let group: String?

    /// Of this process; root, who only checks a file, asks for the service, which runs as its own user where it is
    /// installed.
    static func ofThisProcess() -> ServiceReader {
        guard geteuid() == 0 else {
            return ServiceReader(group: unsafe getgrgid(getegid()).map { unsafe String(cString: $0.pointee.gr_name) })
        }
        let isInstalled = unsafe getgrnam(standardGroup) != nil
        return ServiceReader(group: isInstalled ? standardGroup : nil)
    }

    /// The commands after which the daemon may read `path`, which is quoted for a shell, and others may not.
    func command(for path: String) -> String {
        guard let group else { return "chmod o-rwx \(path)" }
        return "chown root:\(group) \(path); chmod 640 \(path)"
    }
}
