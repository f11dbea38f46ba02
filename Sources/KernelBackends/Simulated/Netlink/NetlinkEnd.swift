internal import IPsec

/// What makes a simulated socket one of NETLINK_XFRM.
struct NetlinkEnd: Sendable {
    /// Its address, which answers to it carry.
    let portID: UInt32
    let groups: NetlinkGroups
    /// The socket that asks for whoever hears here: faults strike both as one.
    let owner: SimulatedKernel.SocketID
    /// The dump that this socket has asked for, while it runs.
    var dump: XFRMDumpWalk?
    /// What the next reception fails with, once.
    var failure: KernelErrno?
    /// Whether nothing more is taken, after a loss, until all has been read (xfrm-facts B1.1).
    var isCongested = false
}

/// A running dump of XFRM: where it is, and what its records carry.
struct XFRMDumpWalk: Sendable {
    enum Walk: Sendable {
        case associations(next: SimulatedSAD.Handle?, ipsecProtocol: UInt8)
        case policies(next: SimulatedSPD.Handle?)
    }

    var walk: Walk
    let sequence: UInt32
    /// What goes wrong with the request, and with its records, too.
    let fault: RequestFault?
    /// How many datagrams there have been.
    var datagrams = 0
    /// Whether memory has run out: it goes on only when something is received, and there is nothing to receive.
    var isStuck = false
}
