package import IPsec

/// The directions of policies, by their words in the language and in dumps.
package enum DirectionName: String, CaseIterable, Hashable, Sendable {
    /// Packets to the machine.
    case inbound = "in"
    /// Packets that leave it.
    case outbound = "out"
    /// Packets that the machine forwards.
    case forward = "fwd"
    /// Of one socket (`IP_IPSEC_POLICY`), not of the SPD.
    case socketInbound = "in(socket)"
    /// The same of packets that leave.
    case socketOutbound = "out(socket)"

    /// The name of `direction`.
    package init(_ direction: Direction) {
        switch direction {
        case .inbound: self = .inbound
        case .outbound: self = .outbound
        case .forward: self = .forward
        case .socketInbound: self = .socketInbound
        case .socketOutbound: self = .socketOutbound
        }
    }
}
