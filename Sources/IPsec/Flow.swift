/// A packet as the selectors of policies and SAs look at it (RFC 4301, 4.4.1.1), and what else Linux looks at.
package struct Flow: Hashable, Sendable {
    /// Where it comes from.
    package var source: IPAddress
    /// Where it goes; of the same family.
    package var destination: IPAddress
    /// What it carries; `nil` for what no selector names.
    package var nextLayer: NextLayerProtocol?
    /// `nil` where it is not known; ICMP: the type.
    package var sourcePort: UInt16?
    /// `nil` where it is not known; ICMP: the code.
    package var destinationPort: UInt16?
    /// By which it leaves or comes in; `nil` where that is not known.
    package var device: Device?
    /// The packet mark; 0 for none.
    package var mark: UInt32 = 0
    /// The XFRM interface that it is sent through or arrives at.
    package var interfaceID = InterfaceID.none

    package init(source: IPAddress, destination: IPAddress) {
        self.source = source
        self.destination = destination
    }
}

/// What a selector says of packets, and whatever else binds a policy to them.
package enum FlowField: Hashable, Sendable {
    case source
    case destination
    case nextLayer
    case sourcePort
    case destinationPort
    case device
    case mark
    case interfaceID
}

extension AddressPrefix {
    /// Whether the bits that count are those of `address`.
    package func contains(_ address: IPAddress) -> Bool {
        address.family == self.address.family
            && address.masked(toPrefix: length) == self.address.masked(toPrefix: length)
    }
}

extension Selector {
    /// In what it does not match `flow`; nothing where it does. What is not known of the packet matches nothing that is
    /// named.
    package func mismatches(with flow: Flow) -> [FlowField] {
        var fields: [FlowField] = []
        if !source.contains(flow.source) { fields.append(.source) }
        if !destination.contains(flow.destination) { fields.append(.destination) }
        if nextLayer != .any, nextLayer != flow.nextLayer { fields.append(.nextLayer) }
        if sourcePort != 0, sourcePort != flow.sourcePort { fields.append(.sourcePort) }
        if destinationPort != 0, destinationPort != flow.destinationPort { fields.append(.destinationPort) }
        return fields
    }
}

extension PolicyIdentity {
    /// In what the policy does not match `flow`, direction aside; nothing where it does.
    package func mismatches(with flow: Flow) -> [FlowField] {
        var fields = selector.mismatches(with: flow)
        guard isBound || flow.interfaceID != .none else { return fields }
        if !mark.covers(flow.mark) { fields.append(.mark) }
        if interfaceID != flow.interfaceID { fields.append(.interfaceID) }
        if let device, device != flow.device { fields.append(.device) }
        return fields
    }
}

extension Mark {
    /// Whether a packet with the mark `word` is meant.
    package func covers(_ word: UInt32) -> Bool { word & mask == value }
}
