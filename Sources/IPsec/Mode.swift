/// How an SA or a transform encapsulates (RFC 4301, 4.1); the values are `IPSEC_MODE_*` of `linux/ipsec.h`.
///
/// Open, because the kernel gives it: XFRM knows modes that this list does not.
package struct Mode: RawRepresentable, Hashable, Sendable {
    /// Not specified; Linux stores transport.
    package static let any = Mode(rawValue: 0)
    /// The packet's own header stays in front.
    package static let transport = Mode(rawValue: 1)
    /// The packet, header included, is put into another one.
    package static let tunnel = Mode(rawValue: 2)
    /// Bound End-to-End Tunnel.
    package static let beet = Mode(rawValue: 3)

    /// The number, 0...255, as `sadb_x_sa2_mode` and `sadb_x_ipsecrequest_mode` have it.
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The word that dumps print; `nil` for a mode without one.
    package var word: StaticString? {
        switch self {
        case .any: "any"
        case .transport: "transport"
        case .tunnel: "tunnel"
        case .beet: "beet"
        default: nil
        }
    }
}

/// The life of an SA (RFC 2367, 2.3.1); the values are `SADB_SASTATE_*`.
package enum SAState: UInt8, Hashable, Sendable {
    /// Reserved by GETSPI or awaited after ACQUIRE; carries no keys yet.
    case larval = 0
    /// In use.
    case mature = 1
    /// Its soft lifetime has passed.
    case dying = 2
    /// Its hard lifetime has passed, or it was deleted; it protects nothing.
    case dead = 3

    /// The word that dumps print.
    package var word: StaticString {
        switch self {
        case .larval: "larval"
        case .mature: "mature"
        case .dying: "dying"
        case .dead: "dead"
        }
    }
}
