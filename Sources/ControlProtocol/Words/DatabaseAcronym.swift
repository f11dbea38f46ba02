/// The two databases, as RFC 4301 calls them.
package enum DatabaseAcronym: String, Hashable, Sendable, CustomStringConvertible {
    case associations = "SAD"
    case policies = "SPD"

    package var description: String { rawValue }
}

extension DatabaseName {
    /// As RFC 4301 calls it.
    package var acronym: DatabaseAcronym {
        switch self {
        case .associations: .associations
        case .policies: .policies
        }
    }
}
