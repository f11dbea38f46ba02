import IPsec

extension KernelRelease {
    /// That of the running kernel; `nil` if it does not say.
    static var ofThisMachine: KernelRelease? { ProcessEnvironment.kernelRelease.flatMap { KernelRelease($0) } }
}
