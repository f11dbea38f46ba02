package import SetkeySyntax

/// A valid configuration.
package struct LoadedConfiguration: Sendable {
    /// What the file declares; at which moment does not matter.
    package let desired: DesiredState
    /// Rendered, with line and column.
    package let warnings: [String]
    /// Remarks that are no warnings, rendered likewise: for whoever asks about the file, not for the log.
    package let notes: [String]
    /// Renders where a statement stands.
    package let locate: StatementLocator
    /// Of the file and what it includes; credentials do not count.
    package let fingerprint: Fingerprint
    /// Whether the kernel interface in use cannot carry all of it, and the richer one can.
    package let needsRicherTraits: Bool
    /// When the last of its files was written, in seconds since 1970: no clock is true that says it is earlier.
    package var modifiedAt: Int

    package init(
        desired: DesiredState, warnings: [String], notes: [String] = [], locate: StatementLocator,
        fingerprint: Fingerprint, needsRicherTraits: Bool = false, modifiedAt: Int = 0
    ) {
        self.desired = desired
        self.warnings = warnings
        self.notes = notes
        self.locate = locate
        self.fingerprint = fingerprint
        self.needsRicherTraits = needsRicherTraits
        self.modifiedAt = modifiedAt
    }
}
