import Glibc
import IPsec
import KernelBackends

/// A kernel to talk to, and what is said of it.
package struct OpenKernel {
    let transport: any KernelTransport
    /// What is said on the transport.
    let interface: any KernelInterface
    /// Names its tables; see ``OwnershipRecord/life``.
    let life: String

    /// What the rest of the program knows of it.
    var traits: KernelTraits { interface.traits }

    /// A kernel that is spoken to by PF_KEY.
    ///
    /// The numbers of its messages are such that other processes cannot tell them beforehand: what they send is not taken
    /// for an answer to us.
    package static func pfKey(
        on transport: any KernelTransport, life: String, isSimulated: Bool = false
    ) -> OpenKernel {
        let codec = PFKeyCodec(
            processID: UInt32(clamping: getpid()), signature: PFKeyCodec.drawSignature(),
            traits: isSimulated ? .pfKey.ofSimulatedKernel : .pfKey)
        return OpenKernel(transport: transport, interface: codec, life: life)
    }
}
