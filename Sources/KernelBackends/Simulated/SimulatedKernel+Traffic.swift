internal import CLinux
package import IPsec

// Traffic: what moves counters, ends SAs by bytes and packets, and asks for SAs that are not there.

extension SimulatedKernel {
    /// A packet that this machine sends.
    package struct Packet: Hashable, Sendable {
        package let source: IPAddress
        package let destination: IPAddress
        package let nextLayer: NextLayerProtocol
        /// In host order; ICMP: the type.
        package let sourcePort: UInt16
        /// In host order; ICMP: the code.
        package let destinationPort: UInt16
        /// What the SA counts: the packet before it is protected.
        package let byteCount: UInt64

        /// A packet of 100 bytes without ports, unless it says otherwise.
        package init(
            from source: IPAddress, to destination: IPAddress, nextLayer: NextLayerProtocol = .udp,
            sourcePort: UInt16 = 0, destinationPort: UInt16 = 0, byteCount: UInt64 = 100
        ) {
            self.source = source
            self.destination = destination
            self.nextLayer = nextLayer
            self.sourcePort = sourcePort
            self.destinationPort = destinationPort
            self.byteCount = byteCount
        }

        /// Whether `other` has the same ends, protocol and ports.
        func isOfSameFlow(as other: Packet) -> Bool {
            (source, destination, nextLayer) == (other.source, other.destination, other.nextLayer)
                && (sourcePort, destinationPort) == (other.sourcePort, other.destinationPort)
        }
    }

    /// What became of a packet.
    package enum Fate: Hashable, Sendable {
        /// No policy, or one that lets it pass.
        case clear
        /// Through these SAs, in this order.
        case protected([SAIdentity])
        /// A policy discards it, or none lets it pass.
        case discarded
        /// An SA is missing, and has been asked for where a key manager is registered.
        case waiting
        /// An SA has reached its hard limit, or a key manager has refused to make it.
        case refused
    }

    /// Sends a packet out through the SPD. The cost grows with the number of policies and SAs.
    package mutating func send(_ packet: Packet, at now: Instant) -> Fate {
        advance(to: now)
        guard let handle = policy(for: packet), let policy = policies[handle] else {
            return blockedDirections.contains(.outbound) ? .discarded : .clear
        }
        policies[handle]?.current.useTime = self.now.seconds
        guard case .allow(let transforms) = policy.action else { return .discarded }
        var chosen: [SimulatedSAD.Handle] = []
        for transform in transforms {
            switch find(transform, for: packet, policy) {
            case .found(let association): chosen.append(association)
            case .missing(let fate): if transform.level != .use { return fate }
            }
        }
        let identities = chosen.compactMap { associations[$0]?.identity }
        for association in chosen where !carry(packet.byteCount, through: association) { return .refused }
        return identities.isEmpty ? .clear : .protected(identities)
    }

    /// Counts a packet of `byteCount` bytes through one SA, in whichever direction.
    ///
    /// - Returns: whether it passed; not through an SA that is not there or has reached its hard limit.
    @discardableResult
    package mutating func carry(_ byteCount: UInt64, through identity: SAIdentity, at now: Instant) -> Bool {
        advance(to: now)
        guard let handle = associations.find(identity), associations[handle]?.isValid == true else { return false }
        return carry(byteCount, through: handle)
    }

    /// The limits are looked at before the packet is counted: the packet after the one that reached a limit pays.
    private mutating func carry(_ byteCount: UInt64, through handle: SimulatedSAD.Handle) -> Bool {
        guard let association = associations[handle] else { return false }
        if association.current.useTime == 0 { associations[handle]?.current.useTime = now.seconds }
        if association.current.reaches(association.limits.hard) {
            expire(handle)
            return false
        }
        if association.state == .mature, association.current.reaches(association.limits.soft) { warn(handle) }
        associations[handle]?.current.bytes &+= byteCount
        associations[handle]?.current.allocations &+= 1
        return true
    }

    /// The strongest policy: the lowest priority number, of equal ones the oldest.
    private func policy(for packet: Packet) -> SimulatedSPD.Handle? {
        var best: (handle: SimulatedSPD.Handle, priority: UInt32)?
        var next = policies.table.newest
        while let handle = next {
            if let policy = policies[handle], policy.identity.direction == .outbound, policy.matches(packet),
                policy.priority <= best?.priority ?? .max
            {
                best = (handle, policy.priority)
            }
            next = policies.table.older(than: handle)
        }
        return best?.handle
    }

    private enum Choice {
        case found(SimulatedSAD.Handle)
        case missing(Fate)
    }

    /// The SA for one transform: the newest mature one, else the newest dying one; else it is asked for. SAs from the
    /// unspecified address serve packets from any, where there is none from exactly the source, larval ones included.
    private mutating func find(
        _ transform: Transform, for packet: Packet, _ policy: SimulatedPolicy
    ) -> Choice {
        let source = transform.endpoints?.source ?? packet.source
        let destination = transform.endpoints?.destination ?? packet.destination
        let fitting = associations.table.handles.filter { handle in
            guard let association = associations[handle] else { return false }
            return association.destination == destination
                && (association.source == source || association.source == .unspecified(source.family))
                && association.ipsecProtocol.rawValue == transform.nextLayer.rawValue
                && association.mode == transform.mode
                && (transform.level.reqID == .none || association.reqID == transform.level.reqID)
        }
        let exact = fitting.filter { associations[$0]?.source == source }
        // A larval SA holds back every flow that would use it, a refused one the flow that it was asked for.
        for candidates in [exact, fitting] {
            for state in [SimulatedAssociation.State.mature, .dying] {
                if let found = candidates.first(where: { associations[$0]?.state == state }) { return .found(found) }
            }
            if candidates.contains(where: { associations[$0]?.state == .larval }) { return .missing(.waiting) }
        }
        if fitting.contains(where: { associations[$0]?.flow?.isOfSameFlow(as: packet) == true }) {
            return .missing(.refused)
        }
        if sockets.contains(where: \.isRegistered) || hasMember(of: .acquire) {
            acquire(transform, from: source, to: destination, for: packet, policy)
        }
        return .missing(.waiting)
    }

    /// ACQUIRE (kernel-facts 1.2): a larval SA for 30 seconds, and a message to every registered socket.
    private mutating func acquire(
        _ transform: Transform, from source: IPAddress, to destination: IPAddress, for packet: Packet,
        _ policy: SimulatedPolicy
    ) {
        guard let ipsecProtocol = IPsecProtocol(rawValue: transform.nextLayer.rawValue) else { return }
        var larval = makeLarval(from: source, to: destination, ipsecProtocol)
        larval.mode = transform.mode
        larval.reqID = transform.level.reqID
        larval.selector = PFKeyAddress(
            AddressPrefix(
                address: packet.source.reinterpreted(as: source.family), length: packet.source.bitCount),
            port: packet.sourcePort, nextLayer: packet.nextLayer)
        acquireSequence = acquireSequence == .max ? 1 : acquireSequence + 1
        larval.sequence = acquireSequence
        larval.flow = packet
        _ = insertLarval(larval)

        let header = PFKeyHeader(
            type: .acquire, saType: PFKeySAType(ipsecProtocol), sequence: larval.sequence, processID: 0)
        let message = try? header.message { writer throws(WireError) in
            try PFKeyAddress(end: source).write(.source, to: &writer)
            try PFKeyAddress(end: destination).write(.destination, to: &writer)
            try PFKeyPolicy(
                type: UInt16(IPSEC_POLICY_IPSEC), direction: Direction.outbound.rawValue, index: policy.index,
                priority: policy.priority
            ).write(to: &writer)
            // Without combinations: the algorithm masks of a template made by PF_KEY are empty.
            if ipsecProtocol != .ipcomp {
                try PFKeyProposal(replayWindow: UInt8(clamping: ReplayWindow.ordinary.rawValue)).write(to: &writer)
            }
        }
        if let message { deliver(message, to: .registered(and: nil)) }
    }
}

extension Lifetime {
    /// Whether as much has been used as `limit` allows, time aside.
    fileprivate func reaches(_ limit: Lifetime) -> Bool {
        limit.bytes != 0 && bytes >= limit.bytes || limit.allocations != 0 && allocations >= limit.allocations
    }
}
