/// What `Diagnose` has found.
package struct DiagnoseReply: Codable, Hashable, Sendable {
    /// The worst first.
    package var findings: [FindingRecord]

    package init(findings: [FindingRecord]) { self.findings = findings }
}
