package import IPsec

/// The UDP ports at which the file's ESP in UDP arrives: open while the file declares such an SA, and only then.
///
/// The kernel takes ESP out of UDP only at a socket that asks for it (`UDP_ENCAP`), whichever SA a packet is for. Which
/// ends of an SA are this machine's the core does not know, and the machine may get its addresses later: so the
/// destination of each SA is opened, and at another machine's address nothing ever arrives.
struct ArrivalPorts: Sendable {
    /// How many are opened; each takes a descriptor.
    static let limit = 256

    /// What was asked for last.
    private(set) var wanted: [UDPEndpoint] = []
    /// Of these, those that could not be opened.
    private(set) var closed: [ClosedPort] = []

    /// A state is in force that declares these.
    ///
    /// - Returns: the ports to open, all others being closed; `nil` if they are open already. Those that could not be
    ///   opened are tried again: whoever had them may be gone.
    mutating func want(_ declared: [UDPEndpoint]) -> [UDPEndpoint]? {
        let wanted = Array(declared.prefix(Self.limit))
        guard wanted != self.wanted || !closed.isEmpty else { return nil }
        self.wanted = wanted
        return wanted
    }

    /// They have been opened, except for these.
    mutating func opened(except closed: [ClosedPort]) { self.closed = closed }

    /// Why packets of the SA that `request` makes will not be received, if its destination is this machine; `nil` where
    /// they will be, and for all other requests.
    func closedArrival(of request: KernelRequest, _ settings: Daemon.Settings, _ traits: KernelTraits) -> String? {
        /// The end that was to be opened.
        let endpoint: UDPEndpoint? =
            switch request {
            case .add(let association), .update(let association): association.arrival
            default: nil
            }
        guard let endpoint, traits.protectsTraffic else { return nil }
        if let closed = closed.first(where: { $0.endpoint == endpoint }) { return "\(closed)" }
        guard !wanted.contains(endpoint) else { return nil }
        return "the daemon opens UDP ports only for the esp-udp SAs of its file, and \(endpoint) is none of theirs; if "
            + "this machine has the address, declare the SA in \(settings.configurationPath), or ESP in UDP is not "
            + "received there"
    }
}

/// A port that could not be opened, and why.
package struct ClosedPort: Hashable, Sendable, CustomStringConvertible {
    package let endpoint: UDPEndpoint
    /// Why `socket(2)`, `bind(2)` or `setsockopt(2)` failed.
    package let errno: KernelErrno

    package init(_ endpoint: UDPEndpoint, _ errno: KernelErrno) {
        self.endpoint = endpoint
        self.errno = errno
    }

    /// What follows, and what can be done: `ESP in UDP to 192.0.2.1[4500] is not received: ...`.
    package var description: String {
        let reason =
            switch errno {
            case .addressInUse:
                "another program has the port open (\(errno.name)); it is received only if that program "
                    + "passes it on to the kernel, as IKE daemons do"
            case .permissionDenied:
                "a port below 1024 needs CAP_NET_BIND_SERVICE (\(errno.name)); use one above, "
                    + "such as \(NATTraversal.defaultPort)"
            default: errno.description
            }
        return "ESP in UDP to \(endpoint) is not received: \(reason)"
    }
}
