internal import CLinux
internal import IPsec

/// A policy as the kernel has it.
struct SimulatedPolicy: Sendable {
    /// What happens to its packets; `none` and `ipsec` without transforms are one to the kernel.
    enum Action: Sendable {
        case block
        case allow([Transform])
    }

    /// What names it, addresses unmasked (kernel-facts 6).
    let identity: PolicyIdentity
    let action: Action
    let priority: UInt32
    let limits: LifetimeLimits
    var current: Lifetime = .zero
    /// Given at insertion; its lowest three bits are the direction.
    var index = PolicyIndex(rawValue: 0)
    /// When it was inserted or replaced.
    var insertion = SimulatedKernel.Instant(nanoseconds: 0)
    /// When its lifetimes are looked at next; `nil` without time limits.
    var timer: SimulatedKernel.Instant?
    /// Whether it has something that PF_KEY cannot say, which ends a dump (kernel-facts 3.2).
    var isInexpressible = false
    /// What XFRM says of it beside all that; `nil` for a policy that PF_KEY made.
    var xfrm: SimulatedXFRMPolicy?

    init(identity: PolicyIdentity, action: Action, priority: UInt32, limits: LifetimeLimits) {
        self.identity = identity
        self.action = action
        self.priority = priority
        self.limits = limits
    }

    var transforms: [Transform] {
        switch action {
        case .block: []
        case .allow(let transforms): transforms
        }
    }

    /// Whether PF_KEY can name it: not with a mark, and not in the second table (xfrm-facts 2.2).
    var isNamedByPFKey: Bool { xfrm.map { $0.name.plain != nil } ?? true }

    /// Whether a packet falls under it.
    func matches(_ packet: SimulatedKernel.Packet) -> Bool {
        let selector = identity.selector
        return selector.source.contains(packet.source) && selector.destination.contains(packet.destination)
            && (selector.nextLayer == .any || selector.nextLayer == packet.nextLayer)
            && (selector.sourcePort == 0 || selector.sourcePort == packet.sourcePort)
            && (selector.destinationPort == 0 || selector.destinationPort == packet.destinationPort)
    }

    /// Writes everything that PF_KEY tells of a policy (kernel-facts 4), apart from the header.
    private func write(to writer: inout WireWriter) throws(WireError) {
        try identity.selector.write(to: &writer)
        try limits.write(to: &writer)
        try current.write(.currentLifetime, to: &writer)
        let type =
            switch action {
            case .block: IPSEC_POLICY_DISCARD
            case .allow(let transforms): transforms.isEmpty ? IPSEC_POLICY_NONE : IPSEC_POLICY_IPSEC
            }
        try PFKeyPolicy(
            type: UInt16(type), direction: identity.direction.rawValue, index: index, priority: priority,
            transforms: transforms
        ).write(to: &writer)
    }
}

extension SimulatedPolicy {
    /// The datagram about it, with the length that the kernel writes into the header.
    ///
    /// The kernel takes the room that a transform without ends does not need off its first estimate, but at the size of
    /// the ends before it: behind a tunnel of another family, the length that it tells is not the one it sends.
    func message(_ header: PFKeyHeader) throws(KernelErrno) -> [UInt8] {
        var bytes = try header.message { writer throws(WireError) in try write(to: &writer) }
        let own = identity.selector.source.address.family
        var (lastSeen, surplus) = (own, 0)
        for transform in transforms {
            if let endpoints = transform.endpoints {
                lastSeen = endpoints.source.family
            } else {
                surplus += 2 * (own.socketAddressByteCount - lastSeen.socketAddressByteCount)
            }
        }
        let words = UInt16(truncatingIfNeeded: (bytes.count + surplus) / 8)
        bytes[PFKeyHeader.lengthOffset] = UInt8(truncatingIfNeeded: words)
        bytes[PFKeyHeader.lengthOffset + 1] = UInt8(truncatingIfNeeded: words >> 8)
        return bytes
    }
}

extension IPAddress.Family {
    /// The size of `sockaddr_in` or `sockaddr_in6`.
    fileprivate var socketAddressByteCount: Int { self == .ipv4 ? 16 : 28 }
}

extension AddressPrefix {
    /// Whether `other` begins with the same bits.
    func contains(_ other: IPAddress) -> Bool {
        other.family == address.family && other.masked(toPrefix: length) == address.masked(toPrefix: length)
    }
}
