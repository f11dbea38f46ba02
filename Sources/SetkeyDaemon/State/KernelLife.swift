import CLinux
import Glibc
import SetkeyCore

/// Names for the kernel's tables, which live as long as the machine runs, and one set for each network namespace.
enum KernelLife {
    /// Those of this process's namespace: another name after a boot, and another for a namespace made anew.
    ///
    /// A kernel before Linux 5.14 does not tell one namespace from the next; then nothing that a daemon before this one
    /// has written down of them is believed.
    static var ofThisNamespace: String {
        guard let boot = bootID, let cookie = namespaceCookie else { return ofThisProcess }
        return "\(boot)/\(cookie)"
    }

    /// Tables that end with this process, as a simulated kernel's do.
    static var ofThisProcess: String {
        "\(getpid())/\(Instant.now.seconds).\(Instant.now.microseconds)"
    }

    /// The kernel's number for the network namespace; it is not given out again before the next boot, unlike the inode
    /// number of `/proc/self/ns/net`, which the next namespace often gets at once. `SO_NETNS_COOKIE`, socket(7).
    private static var namespaceCookie: UInt64? {
        let rawValue = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard rawValue >= 0 else { return nil }
        let descriptor = FileDescriptor(owning: rawValue)
        var cookie: UInt64 = 0
        var size = socklen_t(MemoryLayout<UInt64>.size)
        let status = unsafe getsockopt(descriptor.rawValue, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size)
        return status == 0 ? cookie : nil
    }

    /// The kernel's name for this boot: a UUID.
    private static var bootID: String? {
        let rawValue = unsafe open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard rawValue >= 0 else { return nil }
        let descriptor = FileDescriptor(owning: rawValue)
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = unsafe read(descriptor.rawValue, &buffer, buffer.count)
        let id = String(decoding: buffer.prefix(max(0, count)).prefix { $0 > 32 }, as: UTF8.self)
        return id.isEmpty ? nil : id
    }
}
