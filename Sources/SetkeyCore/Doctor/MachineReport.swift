package import IPsec

/// What the machine says of itself, as far as it matters to IPsec: the shell reads it, away from the main queue.
///
/// What could not be read is empty, and nothing is found there.
package struct MachineReport: Sendable {
    /// A process that gets the kernel's ACQUIREs, besides the daemon.
    package struct KeyManager: Hashable, Sendable {
        /// `NETLINK_XFRM` or `PF_KEY`.
        package let interface: String
        /// The port id of its netlink socket, mostly its process id; `nil` where the kernel does not say.
        package let portID: UInt32?

        package init(interface: String, portID: UInt32?) {
            self.interface = interface
            self.portID = portID
        }
    }

    /// The drop counters of the kernel's IPsec by their names (`/proc/net/xfrm_stat`), in its order.
    package var counters: [(name: String, value: UInt64)] = []
    /// Packets that reverse path filters have dropped since boot (`IPReversePathFilter` of `/proc/net/netstat`).
    package var reversePathDrops: UInt64 = 0
    /// Whether packets are forwarded, by family (`ip_forward`, `forwarding` of all devices).
    package var forwards: [IPAddress.Family: Bool] = [:]
    /// Settings by which nothing that leaves by a device, or by any, is transformed: `net.ipv4.conf.eth0.disable_xfrm`.
    package var disabledTransforms: [String] = []
    /// Settings by which what comes in by a device, or by any, is let in without asking a policy.
    package var disabledPolicies: [String] = []
    /// The ports of all UDP sockets, in host byte order; `nil` where they are not known.
    package var udpPorts: Set<UInt16>?
    package var keyManagers: [KeyManager] = []
    /// Of the addresses that were asked about, those of this machine.
    package var localAddresses: Set<IPAddress> = []
    /// The MTU of the paths to the other ends of tunnels, in bytes, as far as there is a route.
    package var pathMTUs: [IPAddress: Int] = [:]

    package init() {}
}

/// The counters as they were when somebody looked at them.
struct CounterBook: Sendable {
    /// On the monotonic clock.
    let takenAt: UInt64
    let values: [String: UInt64]
}

/// What each user has seen of the counters: nobody's look hides from others what has grown.
struct CounterBooks: Sendable {
    /// Who looks again sooner is told what has grown since the look before.
    private static let interval: UInt64 = 60_000_000_000
    /// Users; more have looked at nothing.
    private static let limit = 64

    private var books: [UInt32: CounterBook] = [:]

    /// What a user has seen before; what is there now counts as seen if that was not just now.
    mutating func look(_ uid: UInt32, at now: UInt64, _ values: @autoclosure () -> [String: UInt64]) -> CounterBook? {
        let former = books[uid]
        let isDue = former.map { now &- $0.takenAt >= Self.interval } ?? (books.count < Self.limit)
        if isDue { books[uid] = CounterBook(takenAt: now, values: values()) }
        return former
    }
}
