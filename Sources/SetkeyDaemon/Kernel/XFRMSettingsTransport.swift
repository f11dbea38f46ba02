import Glibc
import IPsec
import KernelBackends

/// A netlink socket beside PF_KEY, which has no messages for the kernel's own settings. The kernel has answered when
/// `send` returns, and says nothing unasked: so it is worked on the main queue.
final class XFRMSettingsTransport: @MainActor KernelTransport {
    private let descriptor: FileDescriptor
    /// The address of the socket; nobody can tell it beforehand.
    let portID: UInt32

    init() throws(KernelErrno) {
        (descriptor, portID) = try XFRMSockets.openRequests()
    }

    func send(_ bytes: [UInt8], _ range: Range<Int>) -> KernelErrno? { descriptor.send(bytes, range) }

    func receive(into buffer: inout [UInt8]) -> KernelReception {
        switch descriptor.receiveFromKernel(into: &buffer) {
        case .bytes(let count): count <= buffer.count ? .datagram(byteCount: count) : .overrun
        case .wouldBlock, .end: .empty
        case .failed(let errno): .failed(KernelErrno(rawValue: errno))
        }
    }

    var memory: (allocated: Int, limit: Int)? { nil }

    func activate(_ readable: @escaping () -> Void) {}

    func close() {}
}
