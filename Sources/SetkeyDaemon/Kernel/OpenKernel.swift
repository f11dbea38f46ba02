import Glibc
import IPsec
import KernelBackends

/// A kernel to talk to, and what is said of it.
package struct OpenKernel {
    let exchange: any KernelExchange
    /// What is said in the exchange.
    let interface: any KernelInterface
    /// Tells of network devices, where policies can be bound to them.
    var devices: (any DeviceSource)?
    /// Names its tables; see ``OwnershipRecord/life``.
    let life: String
    /// How its own settings are asked for, where `interface` has no messages for them.
    var settings: SettingsLine?
    /// The same kernel by another interface, which can carry more: for when a text needs that.
    var richer: Richer?

    /// An interface that is not open yet.
    package struct Richer {
        let traits: KernelTraits
        let open: () throws -> OpenKernel

        init(_ traits: KernelTraits, open: @escaping () throws -> OpenKernel) {
            self.traits = traits
            self.open = open
        }
    }

    /// A second interface of the same kernel.
    struct SettingsLine {
        let exchange: any KernelExchange
        let interface: any KernelInterface

        init(_ transport: XFRMSettingsTransport) {
            exchange = DirectExchange(transport, awaiting: XFRMAwaitedAnswer.self)
            interface = XFRMCodec(processID: UInt32(clamping: getpid()), portID: transport.portID)
        }
    }

    /// What the rest of the program knows of it.
    var traits: KernelTraits { settings == nil ? interface.traits : interface.traits.withHashThresholds }

    /// A kernel that is spoken to by PF_KEY.
    /// - Parameter settings: for what PF_KEY has no messages for.
    static func pfKey(
        on socket: PFKeySocket, settings: XFRMSettingsTransport?, life: String
    ) throws(KernelErrno) -> OpenKernel {
        let exchange = try ThreadedExchange(socket, awaiting: PFKeyAwaitedAnswer.self)
        return OpenKernel(
            exchange: exchange, interface: codec(.pfKey), life: life, settings: settings.map(SettingsLine.init))
    }

    /// A kernel that is spoken to by XFRM netlink.
    static func xfrm(on sockets: XFRMSockets, life: String) throws(KernelErrno) -> OpenKernel {
        let exchange = try ThreadedExchange(XFRMLink(sockets), awaiting: XFRMAwaitedAnswer.self)
        let codec = XFRMCodec(processID: UInt32(clamping: getpid()), portID: sockets.portID) {
            KernelLockdown.tellsKeys
        }
        return OpenKernel(exchange: exchange, interface: codec, devices: try RouteSocket(), life: life)
    }

    /// A kernel that lives in the main queue, or is waited for there, and is spoken to by PF_KEY.
    package static func pfKey(
        on transport: some KernelTransport, life: String, isSimulated: Bool = false
    ) -> OpenKernel {
        OpenKernel(
            exchange: DirectExchange(transport, awaiting: PFKeyAwaitedAnswer.self),
            interface: codec(isSimulated ? .pfKey.ofSimulatedKernel : .pfKey),
            life: life)
    }

    /// A kernel in the process, by its PF_KEY.
    static func simulated() -> OpenKernel {
        .pfKey(
            on: SimulatedTransport { SimulatedPFKeyDoor(of: &$0) }, life: KernelLife.ofThisProcess, isSimulated: true)
    }

    /// A kernel in the process, by its XFRM netlink.
    static func simulatedXFRM() -> OpenKernel {
        let portID = UInt32.random(in: XFRMCodec.portIDs)
        let codec = XFRMCodec(
            processID: UInt32(clamping: getpid()), portID: portID, traits: .xfrm.ofSimulatedKernel)
        return OpenKernel(
            exchange: DirectExchange(
                SimulatedTransport { SimulatedXFRMDoor(of: &$0, portID: portID) }, awaiting: XFRMAwaitedAnswer.self),
            interface: codec, devices: try? RouteSocket(), life: KernelLife.ofThisProcess)
    }

    /// The numbers of its messages are such that other processes cannot tell them beforehand: what they send is not taken
    /// for an answer to us.
    private static func codec(_ traits: KernelTraits) -> PFKeyCodec {
        PFKeyCodec(
            processID: UInt32(clamping: getpid()), signature: PFKeyCodec.drawSignature(), traits: traits)
    }
}
