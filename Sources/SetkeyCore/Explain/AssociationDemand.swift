import IPsec

/// What an SA has to be for one transform of a policy to take it.
struct AssociationDemand: Sendable {
    /// Why an SA does not serve.
    enum Mismatch: Hashable, Sendable {
        case source
        case destination
        case mode
        case reqID
        case mark
        case interfaceID
        /// It is larval, or at its end.
        case state
        /// It is for the other way (`-dir`).
        case direction
        /// It is for other packets (`-sel`).
        case selector
        /// It is for packets of the family of its ends, and this one is of the other (no `-f af-unspec`).
        case family
        /// It takes packets to any address, and sends none (`-f wildrecv`).
        case wildcard
    }

    let transform: Transform
    let flow: Flow
    /// Whether it is to protect a packet, and not to have protected it.
    let isOutbound: Bool
    /// Where the packet comes from and goes to when it meets the transform; `nil` where that does not matter.
    let source: IPAddress?
    let destination: IPAddress
    /// The policy's.
    let mark: Mark
    let interfaceID: InterfaceID

    /// - Parameter ends: of the transform before it, or of the packet.
    init(
        _ transform: Transform, of policy: SecurityPolicy, for flow: Flow, outbound isOutbound: Bool,
        between ends: (source: IPAddress, destination: IPAddress)
    ) {
        self.transform = transform
        self.flow = flow
        self.isOutbound = isOutbound
        let tunnel = transform.mode == .tunnel || transform.mode == .beet ? transform.endpoints : nil
        let source = tunnel?.source ?? ends.source
        self.source = source == .unspecified(source.family) ? nil : source
        destination = tunnel?.destination ?? ends.destination
        mark = policy.identity.mark
        interfaceID = policy.identity.interfaceID
    }

    /// Whether an SA is worth a word: one of the protocol, to the same end or of the reqid that is wanted.
    func concerns(_ association: SecurityAssociation) -> Bool {
        association.identity.ipsecProtocol.rawValue == transform.nextLayer.rawValue
            && (association.identity.destination == destination
                || transform.level.reqID != .none && association.reqID == transform.level.reqID)
    }

    /// Why the kernel does not take an SA of the protocol (`xfrm_state_find`, `xfrm_state_ok`); nothing where it does.
    func mismatches(of association: SecurityAssociation) -> [Mismatch] {
        var found: [Mismatch] = []
        if association.identity.destination != destination { found.append(.destination) }
        if hasWrongSource(association) { found.append(.source) }
        if association.mode != transform.mode { found.append(.mode) }
        if hasWrongReqID(association) { found.append(.reqID) }
        // To send, the mark is the policy's; what has come was found by the packet's.
        let mark = isOutbound ? mark.value : flow.mark
        if !association.identity.mark.covers(mark) { found.append(.mark) }
        if association.interfaceID != interfaceID { found.append(.interfaceID) }
        if association.state != .mature, association.state != .dying { found.append(.state) }
        if association.hasOptions {
            if let way = association.options.direction, (way == .outbound) != isOutbound { found.append(.direction) }
            if let selector = association.options.selector, !selector.mismatches(with: flow).isEmpty {
                found.append(.selector)
            }
        }
        if hasWrongFamily(association) { found.append(.family) }
        if isOutbound, association.flags.contains(.wildcardReceive) { found.append(.wildcard) }
        return found
    }

    /// Whether an SA protects packets from exactly the source that is wanted, and not from any.
    func hasExactSource(_ association: SecurityAssociation) -> Bool { isOutbound && association.source == source }

    /// Whether the packet is of another family than the ends of the SA that is to protect it.
    ///
    /// That is the packet that the policy matched, whatever the transforms before this one have made of it: the kernel
    /// compares it with the selector of each SA of a bundle (`xfrm_tmpl_resolve_one`).
    var crossesFamilies: Bool { isOutbound && destination.family != flow.source.family }

    /// The receiver's end of an SA in transport mode says all that is looked at. To send, an SA from the unspecified
    /// address serves packets from any.
    private func hasWrongSource(_ association: SecurityAssociation) -> Bool {
        guard let source, isOutbound || association.mode != .transport else { return false }
        if isOutbound, association.source == .unspecified(source.family) { return false }
        return association.source != source
    }

    /// An SA that says neither `-sel` nor `-f af-unspec` has a selector of the family of its ends (xfrm-facts 3.3).
    ///
    /// The selector of a larval one does not count, and that of a degraded one is not known.
    private func hasWrongFamily(_ association: SecurityAssociation) -> Bool {
        crossesFamilies && association.identity.destination.family == destination.family
            && association.state != .larval && !association.isDegraded && !association.flags.contains(.anyFamily)
            && association.options.selector == nil
    }

    /// A transform that names none wants an SA that has none, to send; what has come may have any.
    private func hasWrongReqID(_ association: SecurityAssociation) -> Bool {
        let wanted = transform.level.reqID
        return association.reqID != wanted && (isOutbound || wanted != .none)
    }
}
