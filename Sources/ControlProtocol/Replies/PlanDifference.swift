/// One property of an entry that is not as declared.
package struct PlanDifference: Codable, Hashable, Sendable {
    /// Which one.
    package var field: Word<EntryField>
    /// What the kernel has; nothing for a key.
    package var present: String?
    /// What is declared; nothing for a key.
    package var declared: String?

    package init(field: Word<EntryField>, present: String?, declared: String?) {
        self.field = field
        self.present = present
        self.declared = declared
    }
}
