package import IPsec

/// What a reception on a netlink socket comes to.
package enum NetlinkReception: Sendable, Equatable {
    /// A datagram of so many bytes, which may be more than there was room for.
    case bytes(Int)
    case empty
    /// `ENOBUFS` where messages have been lost.
    case failed(KernelErrno)
}
