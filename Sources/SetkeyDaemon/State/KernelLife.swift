import Glibc
import SetkeyCore

/// Names for the kernel's tables, which live as long as the machine runs, and one set for each network namespace.
enum KernelLife {
    /// Those of this process's namespace; the name is another after a boot.
    static var ofThisNamespace: String {
        var status = stat()
        guard let boot = bootID, unsafe stat("/proc/self/ns/net", &status) == 0 else { return ofThisProcess }
        return "\(boot)/\(status.st_ino)"
    }

    /// Tables that end with this process, as a simulated kernel's do.
    static var ofThisProcess: String {
        "\(getpid())/\(Instant.now.seconds).\(Instant.now.microseconds)"
    }

    /// The kernel's name for this boot: a UUID.
    private static var bootID: String? {
        let descriptor = FileDescriptor(
            owning: unsafe open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC))
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = unsafe read(descriptor.rawValue, &buffer, buffer.count)
        let id = String(decoding: buffer.prefix(max(0, count)).prefix { $0 > 32 }, as: UTF8.self)
        return id.isEmpty ? nil : id
    }
}
