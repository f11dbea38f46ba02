/// One property of an entry that is not as declared.
package struct PlanDifference: Codable, Hashable, Sendable {
    /// `source`, `mode`, `reqid`, `replay`, `flags`, `algorithm`, `key`, `lifetime`, `encapsulation`, `action`,
    /// `priority`.
    package var field: String
    /// What the kernel has; nothing for a key.
    package var present: String?
    /// What is declared; nothing for a key.
    package var declared: String?

    package init(field: String, present: String?, declared: String?) {
        self.field = field
        self.present = present
        self.declared = declared
    }
}
