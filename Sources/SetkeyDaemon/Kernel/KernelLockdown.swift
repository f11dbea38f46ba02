/// How far the running kernel protects itself from root (kernel_lockdown(7)).
enum KernelLockdown {
    /// Whether it keeps its secrets. `false` also where securityfs is not mounted, so that nothing says it.
    nonisolated static var isForConfidentiality: Bool {
        FileDescriptor.shortText(of: "/sys/kernel/security/lockdown")?.contains("[confidentiality]") ?? false
    }
}
