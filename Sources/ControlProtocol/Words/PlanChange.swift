/// What a step of a plan makes of its entry.
package enum PlanChange: String, Hashable, Sendable {
    case add
    /// In place.
    case update
    /// Deleted and added, back to back: packets in between are lost.
    case replace
    case delete
}
