/// How far the running kernel protects itself from root (kernel_lockdown(7)).
enum KernelLockdown {
    private nonisolated static let directory = "/sys/kernel/security"

    /// Whether it is known to tell keys: it is not locked down for confidentiality, or cannot be. `false` where securityfs
    /// is not mounted, or may not be read, so that nothing says it.
    nonisolated static var tellsKeys: Bool {
        if let text = FileDescriptor.shortText(of: "\(directory)/lockdown") {
            return !text.contains("[confidentiality]")
        }
        return FileDescriptor.shortText(of: "\(directory)/lsm").map { !$0.contains("lockdown") } ?? false
    }
}
