/// What to do about declared entries that others delete or alter.
package enum DriftPolicy: String, Sendable, CaseIterable {
    /// Restore them.
    case repair
    /// Report them.
    case report
}
