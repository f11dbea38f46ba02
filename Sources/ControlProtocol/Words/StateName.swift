package import IPsec

/// The states of SAs (RFC 2367, 2.3.1), by the words of dumps.
package enum StateName: String, CaseIterable, Hashable, Sendable {
    /// An SPI is reserved, or a key manager was asked for an SA; there are no keys yet.
    case larval
    /// In use.
    case mature
    /// Its soft lifetime has ended; it is still in use.
    case dying
    /// Its hard lifetime has ended; it protects nothing.
    case dead

    /// The name of `state`.
    package init(_ state: SAState) {
        switch state {
        case .larval: self = .larval
        case .mature: self = .mature
        case .dying: self = .dying
        case .dead: self = .dead
        }
    }
}
