package import IPsec

/// The protocols of SAs, by their words in the language.
package enum ProtocolName: String, Codable, CaseIterable, Hashable, Sendable {
    case ah
    case esp
    case ipcomp

    /// The name of `ipsecProtocol`.
    package init(_ ipsecProtocol: IPsecProtocol) {
        switch ipsecProtocol {
        case .ah: self = .ah
        case .esp: self = .esp
        case .ipcomp: self = .ipcomp
        }
    }

    /// The protocol that is meant.
    package var value: IPsecProtocol {
        switch self {
        case .ah: .ah
        case .esp: .esp
        case .ipcomp: .ipcomp
        }
    }
}
