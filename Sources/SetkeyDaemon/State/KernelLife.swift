import Glibc
import SetkeyCore
import SetkeySyntax

/// Names for the kernel's tables, which live as long as the machine runs, and one for each network namespace.
enum KernelLife {
    /// Those of this process's namespace; the name is another after a boot.
    static var ofThisNamespace: String {
        let boot = (try? FileSourceReader().read("/proc/sys/kernel/random/boot_id").bytes) ?? []
        let id = String(decoding: boot.prefix { $0 > 32 }, as: UTF8.self)
        var status = stat()
        guard !id.isEmpty, unsafe stat("/proc/self/ns/net", &status) == 0 else { return ofThisProcess }
        return "\(id)/\(status.st_ino)"
    }

    /// Tables that end with this process, as a simulated kernel's do.
    static var ofThisProcess: String {
        "\(getpid())/\(Instant.now.seconds).\(Instant.now.microseconds)"
    }
}
