/// One step of a plan; no keys.
package struct PlanStep: Codable, Hashable, Sendable {
    /// What becomes of the entry.
    package var change: Word<PlanChange>
    /// What would be done, in one phrase.
    package var operation: String
    /// The statement that declares the entry, as the parser understood it, or one that removes it.
    package var statement: String
    /// Why.
    package var reason: PlanReason
    /// Kernel writes that it takes.
    package var writes: Int
    /// What differs, where something does.
    package var differences: [PlanDifference]?
    /// Where the statement stands in the configuration: `FILE:LINE:COLUMN`.
    package var location: String?
    /// Where it stands in a text of the caller's: in which of its parts, counted from 0, and at which byte.
    package var part: Int?
    /// In bytes of that part's UTF-8; together with ``part`` or not at all.
    package var offset: Int?

    package init(
        change: Word<PlanChange>, operation: String, statement: String, reason: PlanReason, writes: Int
    ) {
        self.change = change
        self.operation = operation
        self.statement = statement
        self.reason = reason
        self.writes = writes
    }
}
