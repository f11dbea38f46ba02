/// A kernel to talk to, and what is said of it.
package struct OpenKernel {
    let transport: any KernelTransport
    /// As status and messages call it.
    let name: String
    /// Names its tables; see ``OwnershipRecord/life``.
    let life: String
    /// False for a simulated one.
    let protectsTraffic: Bool

    package init(transport: any KernelTransport, name: String, life: String, protectsTraffic: Bool) {
        self.transport = transport
        self.name = name
        self.life = life
        self.protectsTraffic = protectsTraffic
    }
}
