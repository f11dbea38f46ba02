/// How bad it is what a diagnostic says.
package enum DiagnosticSeverity: String, Hashable, Sendable {
    case error
    case warning
    /// Points at a second place that an error speaks of.
    case note
}
