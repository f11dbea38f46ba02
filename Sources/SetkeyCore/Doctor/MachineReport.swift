package import IPsec

/// What the machine says of itself, as far as it matters to IPsec: the shell reads it, away from the main queue.
///
/// What could not be read is empty, and nothing is found there.
package struct MachineReport: Sendable {
    /// A network device, and how it is set up (`/proc/sys/net/ipv4/conf`).
    package struct Device: Sendable {
        package let name: String
        /// `disable_xfrm`: what leaves by it is never transformed.
        package let isWithoutTransforms: Bool
        /// `disable_policy`: what comes in by it is let in without asking a policy.
        package let isWithoutPolicies: Bool

        package init(name: String, isWithoutTransforms: Bool, isWithoutPolicies: Bool) {
            self.name = name
            self.isWithoutTransforms = isWithoutTransforms
            self.isWithoutPolicies = isWithoutPolicies
        }
    }

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
    package var devices: [Device] = []
    /// The ports of all UDP sockets, in host byte order; `nil` where they are not known.
    package var udpPorts: Set<UInt16>?
    package var keyManagers: [KeyManager] = []
    /// The MTU of the paths to the other ends of tunnels, in bytes, as far as there is a route.
    package var pathMTUs: [IPAddress: Int] = [:]

    package init() {}
}

/// The counters as they were when they were looked at last.
package struct CounterBook: Sendable {
    /// On the monotonic clock.
    let takenAt: UInt64
    let values: [String: UInt64]
}
