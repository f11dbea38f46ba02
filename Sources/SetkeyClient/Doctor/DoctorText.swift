package import ControlProtocol
import TextBytes

/// Findings, to be read from top to bottom.
package enum DoctorText {
    package static func text(_ reply: DiagnoseReply) -> String {
        reply.findings.map(text).joined() + "\(summary(reply.findings))\n"
    }

    private static func text(_ finding: FindingRecord) -> String {
        var lines = ["\(finding.severity.rawValue): \(finding.message) [\(finding.code)]"]
        if let subject = finding.subject { lines += ["  \(subject)", "     \(finding.owner ?? "foreign")"] }
        lines += (finding.evidence ?? []).map { "  \($0)" }
        if let cause = finding.cause { lines.append("  cause: \(cause)") }
        if let remedy = finding.remedy { lines.append("  do: \(remedy)") }
        return lines.map { "\(oneLine($0))\n" }.joined()
    }

    private static func summary(_ findings: [FindingRecord]) -> String {
        guard !findings.isEmpty else { return "nothing found" }
        let counts = [
            (findings.count { $0.severity == .known(.error) }, "error", "errors"),
            (findings.count { $0.severity == .known(.warning) }, "warning", "warnings"),
            (findings.count { $0.severity == .known(.note) }, "note", "notes"),
        ]
        return counts.filter { $0.0 > 0 }.map { counted($0.0, $0.1, $0.2) }.joined(separator: ", ")
    }
}
