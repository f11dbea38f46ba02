/// The two databases (RFC 4301, 4.4).
package enum DatabaseName: String, CaseIterable, Codable, Hashable, Sendable {
    /// The SAD.
    case associations
    /// The SPD.
    case policies
}
