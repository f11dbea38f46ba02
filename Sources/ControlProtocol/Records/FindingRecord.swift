/// Something that `Diagnose` has found.
package struct FindingRecord: Codable, Hashable, Sendable {
    /// How bad it is: traffic fails, something is probably wrong, or it is good to know.
    package var severity: Word<DiagnosticSeverity>
    /// The rule that has found it: a name that stays. Of a counter of the kernel it is the counter's.
    package var code: String
    /// What is the matter.
    package var message: String
    /// The entry that it is about: an SA by its name, a policy as a statement.
    package var subject: String?
    /// `FILE:LINE:COLUMN`, `foreign`, or `undeclared`, of that entry.
    package var owner: String?
    /// What shows it, one line each.
    package var evidence: [String]?
    /// What it comes from, probably.
    package var cause: String?
    /// What to do.
    package var remedy: String?

    package init(
        _ severity: DiagnosticSeverity, code: String, _ message: String, subject: String? = nil, owner: String? = nil,
        evidence: [String] = [], cause: String? = nil, remedy: String? = nil
    ) {
        self.severity = .known(severity)
        self.code = code
        self.message = message
        self.subject = subject
        self.owner = owner
        self.evidence = evidence.isEmpty ? nil : evidence
        self.cause = cause
        self.remedy = remedy
    }
}
