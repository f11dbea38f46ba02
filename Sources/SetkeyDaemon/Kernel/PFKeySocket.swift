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
                (CONFIG_NET_KEY); to try setkeyd without it, use --kernel simulated, which protects nothing
                """
            default: "cannot open a PF_KEY socket: \(errno)"
            }
        }
    }

    init() throws(OpenError) {
        let rawValue = socket(AF_KEY, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), Int32(PF_KEY_V2))
        guard rawValue >= 0 else { throw OpenError(errno: KernelErrno(rawValue: errno)) }
        descriptor = FileDescriptor(owning: rawValue)
        descriptor.setNonBlocking()
        hasLargeBuffer = Self.setReceiveBuffer(of: rawValue)
    }

    /// Forces the large buffer; where that is not allowed, takes what the administrator allows everybody.
    private static func setReceiveBuffer(of descriptor: Int32) -> Bool {
        var size = receiveBuffer
        let length = socklen_t(MemoryLayout<Int32>.size)
        if unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, length) == 0 { return true }
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, length)
        return false
    }

    func send(_ bytes: [UInt8], _ range: Range<Int>) -> KernelErrno? {
        while true {
            let count = unsafe bytes[range].withUnsafeBytes {
                unsafe Glibc.send(descriptor.rawValue, $0.baseAddress, $0.count, 0)
            }
            if count >= 0 { return nil }
            let number = errno
            if number != EINTR { return KernelErrno(rawValue: number) }
        }
    }

    func receive(into buffer: inout [UInt8]) -> KernelReception {
        switch descriptor.receive(into: &buffer) {
        case .bytes(let count): .datagram(byteCount: count)
        case .wouldBlock, .end: .empty
        case .failed(let errno): .failed(KernelErrno(rawValue: errno))
        }
    }

    var memory: (allocated: Int, limit: Int)? {
        var information = [UInt32](repeating: 0, count: Int(SK_MEMINFO_VARS))
        var length = socklen_t(information.count * MemoryLayout<UInt32>.size)
        guard unsafe getsockopt(descriptor.rawValue, SOL_SOCKET, SO_MEMINFO, &information, &length) == 0 else {
            return nil
        }
        return (
            Int(information[Int(SK_MEMINFO_RMEM_ALLOC)]), Int(information[Int(SK_MEMINFO_RCVBUF)])
        )
    }
}
