package import IPsec

// What other programs do by XFRM netlink and by socket options; PF_KEY shows it in part or not at all (kernel-facts 4).

extension SimulatedKernel {
    /// How much of a foreign SA PF_KEY can tell.
    package enum ForeignAssociation: Sendable {
        /// A combined-mode cipher: listed without algorithms and keys.
        case combinedMode
        /// An SA with a mark: listed like any other, and found by nothing.
        case marked
    }

    /// Inserts an SA as `ip xfrm state add` does; every socket is told, with process id 0.
    ///
    /// - Returns: whether there was none of that name.
    @discardableResult
    package mutating func insertForeign(
        _ kind: ForeignAssociation, _ identity: SAIdentity, from source: IPAddress, at now: Instant
    ) -> Bool {
        advance(to: now)
        guard kind == .marked || associations.find(identity) == nil else { return false }
        var association = SimulatedAssociation(
            from: source, to: identity.destination, identity.ipsecProtocol, spi: identity.spi)
        if kind == .marked {
            let mark = [XFRMAttributeType.mark.rawValue: XFRMMark(value: 1, mask: 0xff).bytes]
            association.xfrm = SimulatedXFRMState(
                selector: XFRMSelector(all: source.family), attributes: mark)
        }
        association.current.addTime = self.now.seconds
        insert(association)
        tell(.added, of: association, by: .ofKernel)
        return true
    }

    /// Inserts a policy that PF_KEY cannot say, of a template with a mode of XFRM's own: no socket is told, and a dump
    /// ends at it.
    ///
    /// - Returns: whether there was none of that name.
    @discardableResult
    package mutating func insertInexpressiblePolicy(_ identity: PolicyIdentity, at now: Instant) -> Bool {
        advance(to: now)
        guard policies.find(identity) == nil else { return false }
        var policy = SimulatedPolicy(identity: identity, action: .allow([]), priority: 0, limits: .none)
        policy.isInexpressible = true
        insert(policy)
        return true
    }

    /// Inserts a policy of one socket (`IP_IPSEC_POLICY`): dumps show it, nothing else finds it or tells of it.
    package mutating func insertSocketPolicy(_ direction: Direction, at now: Instant) {
        advance(to: now)
        let any = AddressPrefix(address: .unspecified(.ipv4), length: 0)
        insert(
            SimulatedPolicy(
                identity: PolicyIdentity(
                    direction: direction.isPerSocket ? direction : .socketOutbound,
                    selector: Selector(source: any, destination: any)),
                action: .allow([]), priority: 0, limits: .none))
    }

    private mutating func insert(_ policy: SimulatedPolicy) {
        var policy = policy
        policy.current.addTime = now.seconds
        policy.insertion = now
        _ = policies.insert(policy)
    }
}
