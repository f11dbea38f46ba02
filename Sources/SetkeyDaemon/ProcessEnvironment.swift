import Glibc

/// What the process finds around it: groups, clocks.
nonisolated enum ProcessEnvironment {
    /// The number of the group `name`.
    static func group(named name: String) -> UInt32? {
        unsafe getgrnam(name).map { unsafe $0.pointee.gr_gid }
    }

    /// The name of the group that this process has.
    static var ownGroupName: String? {
        unsafe getgrgid(getegid()).map { unsafe String(cString: $0.pointee.gr_name) }
    }

    static func time(of clock: clockid_t) -> timespec {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return time
    }
}
