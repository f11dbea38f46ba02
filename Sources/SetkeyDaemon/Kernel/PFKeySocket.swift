import CLinux
import Glibc
import IPsec
import KernelBackends

/// A PF_KEY version 2 socket (RFC 2367, 1.3).
nonisolated final class PFKeySocket: PollableLink {
    /// Half of what the kernel may queue for us: it doubles the number. About 13,000 events fit (kernel-facts 3.3).
    private static let receiveBuffer: Int32 = 8 << 20

    let descriptor: FileDescriptor
    /// Whether the receive buffer is as large as we want it; a user namespace's root may not force it.
    let hasLargeBuffer: Bool

    /// Why there is no socket, and what to do.
    struct OpenError: Error, CustomStringConvertible {
        let errno: KernelErrno

        /// Whether the kernel has no PF_KEY at all: it was not built, or may not be loaded.
        var saysThatThereIsNone: Bool { errno == .familyUnsupported || errno == .protocolUnsupported }

        var description: String {
            switch errno {
            case .operationNotPermitted:
                """
                cannot open a PF_KEY socket: \(errno.name): the capability CAP_NET_ADMIN is needed; \
                run as root, or give it to the service (AmbientCapabilities=CAP_NET_ADMIN)
                """
            case .familyUnsupported, .protocolUnsupported:
                """
                this kernel has no PF_KEY (\(errno.name)): load the module with 'modprobe af_key', or build it \
                (CONFIG_NET_KEY); or use XFRM netlink, with --kernel xfrm. To try setkeyd, use --kernel simulated, which \
                protects nothing
                """
            default: "cannot open a PF_KEY socket: \(errno)"
            }
        }
    }

    init() throws(OpenError) {
        do throws(KernelErrno) {
            descriptor = try .socket(AF_KEY, SOCK_RAW, Int32(PF_KEY_V2))
        } catch {
            throw OpenError(errno: error)
        }
        descriptor.setNonBlocking()
        hasLargeBuffer = descriptor.setReceiveBuffer(Self.receiveBuffer)
    }

    func send(_ bytes: [UInt8], _ range: Range<Int>) -> KernelErrno? { descriptor.send(bytes, range) }

    func receive(into buffer: inout [UInt8]) -> KernelReception {
        switch descriptor.receive(into: &buffer) {
        case .bytes(let count): .datagram(byteCount: count)
        case .wouldBlock, .end: .empty
        case .failed(let errno): .failed(KernelErrno(rawValue: errno))
        }
    }

    var memory: (allocated: Int, limit: Int)? {
        let information: [UInt32]? = descriptor.option(SO_MEMINFO, capacity: Int(SK_MEMINFO_VARS))
        guard let information, information.count > SK_MEMINFO_RCVBUF else { return nil }
        return (
            Int(information[Int(SK_MEMINFO_RMEM_ALLOC)]), Int(information[Int(SK_MEMINFO_RCVBUF)])
        )
    }
}
