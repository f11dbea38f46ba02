/// How bad it is what a diagnostic says; or what a finding says.
package enum DiagnosticSeverity: String, Hashable, Sendable {
    /// Nothing of the text is applied; traffic fails.
    case error
    /// Legal, and probably a mistake.
    case warning
    /// Points at a second place that an error speaks of; good to know.
    case note
}
