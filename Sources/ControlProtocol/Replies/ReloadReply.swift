/// The outcome of a reload that has been carried out.
package struct ReloadReply: Codable, Hashable, Sendable {
    /// Kernel writes that it took; 0 where nothing differed.
    package var writes: Int
    /// Entries that the file declares.
    package var associations: Int
    /// Policies that the file declares.
    package var policies: Int
    /// Warnings of the file, rendered.
    package var warnings: [String]
    /// Seconds within which it must be confirmed, or is rolled back.
    package var confirmSeconds: Int?

    package init(
        writes: Int, associations: Int, policies: Int, warnings: [String], confirmSeconds: Int? = nil
    ) {
        self.writes = writes
        self.associations = associations
        self.policies = policies
        self.warnings = warnings
        self.confirmSeconds = confirmSeconds
    }
}
