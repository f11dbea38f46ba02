package import IPsec

/// A way to move messages to a kernel and back, without waiting: a PF_KEY socket, the sockets of XFRM, or the simulated
/// kernel.
package protocol KernelLink {
    /// Sends one datagram, which lies at `range` of `bytes`; the kernel does its work before this returns.
    /// - Returns: the errno with which sending failed; there is no answer then.
    mutating func send(_ bytes: [UInt8], _ range: Range<Int>) -> KernelErrno?

    /// Whether a datagram may hold several messages, of which each is answered, and none keeps those behind it from being
    /// worked on.
    var takesSeveral: Bool { get }

    /// Receives one message over the beginning of `buffer`, without waiting.
    mutating func receive(into buffer: inout [UInt8]) -> KernelReception

    /// What the received and not yet read messages take, and how much they may (`SO_MEMINFO`), in bytes; `nil` where
    /// it cannot be told, or receiving itself tells of a loss.
    var memory: (allocated: Int, limit: Int)? { get }
}

extension KernelLink {
    /// One message a datagram, as with PF_KEY.
    package var takesSeveral: Bool { false }
}

/// What receiving came to.
package enum KernelReception: Sendable {
    /// A message of so many bytes.
    case datagram(byteCount: Int)
    /// Nothing is there.
    case empty
    /// Messages have been lost (`ENOBUFS` of netlink); what came before may still be there.
    case overrun
    /// Receiving failed; what waits may still be there.
    case failed(KernelErrno)
}
