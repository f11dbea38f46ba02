import Glibc

/// What the process finds around it: groups, the kernel, clocks.
nonisolated enum ProcessEnvironment {
    /// The number of the group `name`.
    static func group(named name: String) -> UInt32? {
        unsafe getgrnam(name).map { unsafe $0.pointee.gr_gid }
    }

    /// The name of the group that this process has.
    static var ownGroupName: String? {
        unsafe getgrgid(getegid()).map { unsafe String(cString: $0.pointee.gr_name) }
    }

    /// The kernel's release as uname(2) tells it.
    static var kernelRelease: String? {
        var names = utsname()
        guard unsafe uname(&names) == 0 else { return nil }
        return unsafe withUnsafeBytes(of: names.release) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    static func time(of clock: clockid_t) -> timespec {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return time
    }
}
