package import IPsec

/// The protocols of SAs, by their words in the language.
package enum ProtocolName: String, Codable, CaseIterable, Hashable, Sendable {
    /// Authentication Header.
    case ah
    /// Encapsulating Security Payload, in UDP or not.
    case esp
    /// IP Payload Compression.
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
