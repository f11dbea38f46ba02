/// One step of a plan; no keys.
package struct PlanStep: Codable, Hashable, Sendable {
    /// `add`, `update` (in place), `replace` (delete and add), `delete`.
    package var change: String
    /// What would be done, in one phrase.
    package var operation: String
    /// The statement that declares the entry, as the parser understood it, or one that removes it.
    package var statement: String
    /// `missing`, `stale`, `differs(mode, key)`.
    package var reason: String
    /// Kernel writes that it takes.
    package var writes: Int
    /// What differs, where something does.
    package var differences: [PlanDifference]?
    /// Where the statement stands in the configuration: `FILE:LINE:COLUMN`.
    package var location: String?
    /// Where it stands in a text of the caller's: in which of its parts, counted from 0, and at which byte.
    package var part: Int?
    package var offset: Int?

    package init(change: String, operation: String, statement: String, reason: String, writes: Int) {
        self.change = change
        self.operation = operation
        self.statement = statement
        self.reason = reason
        self.writes = writes
    }
}
