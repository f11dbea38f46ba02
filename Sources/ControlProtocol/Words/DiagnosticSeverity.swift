/// How bad it is what a diagnostic says.
package enum DiagnosticSeverity: String, Hashable, Sendable {
    /// Nothing of the text is applied.
    case error
    /// Legal, and probably a mistake.
    case warning
    /// Points at a second place that an error speaks of.
    case note
}
