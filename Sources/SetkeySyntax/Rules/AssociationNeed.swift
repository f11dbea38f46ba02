import IPsec

/// What an SA must be to serve a transform of a policy, as Linux chooses it.
///
/// An outbound transform takes an SA of its protocol, mode and ends whose reqid is the transform's own, even where that
/// is 0 (`xfrm_state_find`). An inbound one accepts an SA of its protocol, mode, and tunnel source; a reqid counts only
/// where it names one (`xfrm_state_ok`).
struct AssociationNeed: Hashable {
    /// The reqid that is needed.
    enum Number: Hashable {
        case any
        case exactly(ReqID)
        /// One that the kernel draws: no SA of a file has it.
        case drawn
    }

    let ipsecProtocol: UInt8
    let mode: Mode
    let number: Number
    /// Where the SA must come from; `nil` for anywhere.
    let source: AddressPrefix?
    /// Where it must lead to; `nil` for anywhere.
    let destination: AddressPrefix?
    /// The XFRM interface that it must be for.
    let interfaceID: InterfaceID
    /// The mark that an SA for packets that leave must cover; what has come is looked up by its own.
    let mark: UInt32?

    /// The needs of a policy, in the order of its transforms.
    static func all(of policy: SecurityPolicy) -> [AssociationNeed] {
        guard case .protect(let transforms) = policy.action else { return [] }
        let selector = policy.identity.selector
        var source = selector.source.reduced(to: selector.source.length)
        var destination = selector.destination.reduced(to: selector.destination.length)
        let isOutbound = policy.identity.direction == .outbound
        return transforms.map { transform in
            var isTunnel = false
            if transform.mode == .tunnel, let ends = transform.endpoints {
                isTunnel = true
                // Transforms behind a tunnel see its outer header.
                source = AddressPrefix(address: ends.source)
                destination = AddressPrefix(address: ends.destination)
            }
            return AssociationNeed(
                ipsecProtocol: transform.nextLayer.rawValue, mode: transform.mode,
                number: number(transform.level, isOutbound: isOutbound),
                source: isOutbound || isTunnel ? source : nil, destination: isOutbound || !isTunnel ? destination : nil,
                interfaceID: policy.identity.interfaceID, mark: isOutbound ? policy.identity.mark.value : nil)
        }
    }

    private static func number(_ level: TransformLevel, isOutbound: Bool) -> Number {
        switch level {
        case .unique(.none): .drawn
        case .unique(let number): .exactly(number)
        case .default, .use, .require: isOutbound ? .exactly(.none) : .any
        }
    }

    /// The same need without its source.
    var fromAnywhere: AssociationNeed {
        AssociationNeed(
            ipsecProtocol: ipsecProtocol, mode: mode, number: number, source: nil, destination: destination,
            interfaceID: interfaceID, mark: mark)
    }

    /// The same need of an SA of whatever reqid.
    var ofAnyNumber: AssociationNeed {
        AssociationNeed(
            ipsecProtocol: ipsecProtocol, mode: mode, number: .any, source: source, destination: destination,
            interfaceID: interfaceID, mark: mark)
    }

    /// Whether an SA leads between the ends that are needed.
    func hasEnds(of association: SecurityAssociation) -> Bool {
        hasSource(association.source) && hasDestination(association.identity.destination)
    }

    /// Whether an SA may come from there; an SA from the unspecified address may come from anywhere.
    func hasSource(_ address: IPAddress) -> Bool {
        source?.contains(address) ?? true || address.isUnspecified
    }

    func hasDestination(_ address: IPAddress) -> Bool {
        destination?.contains(address) ?? true
    }
}

/// Which parts of an SA a need looks at.
struct NeedShape: Hashable {
    private let sourceLength: UInt8?
    private let destinationLength: UInt8?
    private let hasNumber: Bool
    private let family: IPAddress.Family?
    private let mark: UInt32?

    init(of need: AssociationNeed) {
        sourceLength = need.source?.length
        destinationLength = need.destination?.length
        hasNumber = need.number != .any
        mark = need.mark
        family = need.source?.address.family ?? need.destination?.address.family
    }

    /// The need of this shape that an SA serves; `nil` where it cannot serve any.
    func need(servedBy association: SecurityAssociation) -> AssociationNeed? {
        let destination = association.identity.destination
        guard family == nil || family == destination.family, mark.map(association.identity.mark.covers) ?? true else {
            return nil
        }
        return AssociationNeed(
            ipsecProtocol: association.identity.ipsecProtocol.rawValue, mode: association.mode,
            number: hasNumber ? .exactly(association.reqID) : .any,
            source: sourceLength.map { AddressPrefix(address: association.source).reduced(to: $0) },
            destination: destinationLength.map { AddressPrefix(address: destination).reduced(to: $0) },
            interfaceID: association.interfaceID, mark: mark)
    }
}

extension AddressPrefix {
    func contains(_ other: IPAddress) -> Bool {
        other.family == address.family && other.masked(toPrefix: length) == address.masked(toPrefix: length)
    }
}

extension IPAddress {
    /// `0.0.0.0` or `::`.
    var isUnspecified: Bool { high == 0 && low == 0 }

    /// 224.0.0.0/4 or ff00::/8.
    package var isMulticast: Bool {
        switch family {
        case .ipv4: ipv4Bits >> 28 == 0xe
        case .ipv6: high >> 56 == 0xff
        }
    }
}
