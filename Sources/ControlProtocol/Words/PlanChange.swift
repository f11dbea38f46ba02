/// What a step of a plan makes of its entry.
package enum PlanChange: String, Hashable, Sendable {
    /// It is missing, and is added.
    case add
    /// In place.
    case update
    /// Deleted and added, back to back: packets in between are lost.
    case replace
    /// It is there, and is deleted.
    case delete
}
