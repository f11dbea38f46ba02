/// Which of an SA's two lifetimes has ended.
package enum LifetimeExpiry: String, CaseIterable, Codable, Hashable, Sendable {
    /// The SA is still in use; it is time for its successor.
    case soft
    /// The SA is gone.
    case hard
}
