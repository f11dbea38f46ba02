package import IPsec

/// The protocols of SAs, by their words in the language.
package enum ProtocolName: String, Codable, CaseIterable, Hashable, Sendable {
    case ah
    case esp
    case ipcomp

    /// The protocol that is meant.
    package var value: IPsecProtocol {
        switch self {
        case .ah: .ah
        case .esp: .esp
        case .ipcomp: .ipcomp
        }
    }
}
