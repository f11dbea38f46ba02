/// The two databases, as RFC 4301 calls them.
package enum DatabaseAcronym: String, Hashable, Sendable, CustomStringConvertible {
    /// Security Association Database (RFC 4301, 4.4.2).
    case associations = "SAD"
    /// Security Policy Database (RFC 4301, 4.4.1).
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
