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
        let cookie: [UInt64]? = (try? FileDescriptor.socket(AF_UNIX, SOCK_DGRAM))?.option(SO_NETNS_COOKIE)
        return cookie?.first
    }

    /// The kernel's name for this boot: a UUID.
    private static var bootID: String? {
        let line = FileDescriptor.shortText(of: "/proc/sys/kernel/random/boot_id")
        guard let id = line?.prefix(while: { !$0.isWhitespace }), !id.isEmpty else { return nil }
        return String(id)
    }
}
