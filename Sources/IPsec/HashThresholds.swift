/// From which prefix lengths on the kernel finds policies by a hash (`ip xfrm policy set hthresh4`); those with a shorter
/// prefix are searched one after the other. They are the kernel's own, for all programs and directions (xfrm-facts B3).
package struct HashThresholds: Hashable, Sendable {
    /// The prefix lengths of the two ends of a policy.
    package struct Lengths: Hashable, Sendable {
        /// Of this machine's end: the source of what leaves, the destination of what arrives.
        package let local: UInt8
        /// Of the other end.
        package let remote: UInt8

        package init(local: UInt8, remote: UInt8) {
            self.local = local
            self.remote = remote
        }

        /// Whether a policy whose prefixes are so long is found by a hash where these are the thresholds.
        package func admit(_ lengths: Lengths) -> Bool { lengths.local >= local && lengths.remote >= remote }
    }

    /// Those of IPv4, 0...32 each; `nil` where they are not known, or stay as they are.
    package var ipv4: Lengths?
    /// The same of IPv6, 0...128.
    package var ipv6: Lengths?

    package init(ipv4: Lengths? = nil, ipv6: Lengths? = nil) {
        self.ipv4 = ipv4
        self.ipv6 = ipv6
    }

    package subscript(family: IPAddress.Family) -> Lengths? {
        get { family == .ipv4 ? ipv4 : ipv6 }
        set { if family == .ipv4 { ipv4 = newValue } else { ipv6 = newValue } }
    }
}

extension PolicyIdentity {
    /// The end that is this machine's, or behind it.
    package var localPrefix: AddressPrefix { isOutbound ? selector.source : selector.destination }

    /// The other end.
    package var remotePrefix: AddressPrefix { isOutbound ? selector.destination : selector.source }

    /// How long the prefixes of both are.
    package var prefixLengths: HashThresholds.Lengths {
        HashThresholds.Lengths(local: localPrefix.length, remote: remotePrefix.length)
    }

    private var isOutbound: Bool { direction == .outbound || direction == .socketOutbound }
}
