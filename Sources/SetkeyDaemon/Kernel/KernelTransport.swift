package import IPsec

/// A way to exchange datagrams with a kernel: a PF_KEY socket, or the simulated kernel.
package protocol KernelTransport: AnyObject {
    /// Sends one datagram; the kernel does its work before this returns.
    /// - Returns: the errno with which sending failed; there is no reply then.
    func send(_ datagram: [UInt8]) -> KernelErrno?

    /// Receives one datagram over the beginning of `buffer`, without waiting.
    func receive(into buffer: inout [UInt8]) -> KernelReception

    /// What the received and not yet read messages take, and how much they may (`SO_MEMINFO`), in bytes; `nil` where
    /// it cannot be told.
    var memory: (allocated: Int, limit: Int)? { get }

    /// Calls `readable` on the main queue whenever there is something to receive.
    func activate(_ readable: @escaping () -> Void)

    /// Stops calling, and closes.
    func close()
}

/// What receiving came to.
package enum KernelReception {
    case datagram(byteCount: Int)
    /// Nothing is there.
    case empty
    case failed(KernelErrno)
}
