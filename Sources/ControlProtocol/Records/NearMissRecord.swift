/// An entry that might be meant, and that the kernel does not take.
package struct NearMissRecord: Codable, Hashable, Sendable {
    /// What it is: an SA by its name, a policy as a statement.
    package var entry: String
    /// `FILE:LINE:COLUMN`, `foreign`, or `undeclared` of what the file has declared once.
    package var owner: String
    /// Why, one phrase each.
    package var reasons: [String]

    package init(entry: String, owner: String, reasons: [String]) {
        self.entry = entry
        self.owner = owner
        self.reasons = reasons
    }
}
