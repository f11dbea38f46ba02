package import IPsec

/// The modes of SAs, by the words of dumps.
package enum ModeName: String, CaseIterable, Hashable, Sendable {
    /// Not specified: what Linux says of an SA that GETSPI has reserved.
    case any
    /// Payloads are protected.
    case transport
    /// Whole packets are protected.
    case tunnel
    /// Bound End-to-End Tunnel.
    case beet

    /// The name of `mode`; `nil` for a mode without one.
    package init?(_ mode: Mode) {
        switch mode {
        case .any: self = .any
        case .transport: self = .transport
        case .tunnel: self = .tunnel
        case .beet: self = .beet
        default: return nil
        }
    }
}
