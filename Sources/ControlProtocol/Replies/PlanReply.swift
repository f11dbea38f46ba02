/// A part of what a reload would do.
package struct PlanReply: Codable, Hashable, Sendable {
    /// In the order in which they would be done.
    package var steps: [PlanStep]
    /// In the first part: warnings and notes about the file, rendered; without source lines for those who may not read
    /// it. Nothing if there are none.
    package var warnings: [String]?
    /// Kernel writes of all steps; filled in by the client, which has all of them.
    package var writes: Int?

    package init(steps: [PlanStep], warnings: [String]? = nil) {
        self.steps = steps
        self.warnings = warnings
    }
}
