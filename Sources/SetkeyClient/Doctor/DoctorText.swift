package import ControlProtocol
import TextBytes

/// Findings, to be read from top to bottom.
package enum DoctorText {
    package static func text(_ reply: DiagnoseReply) -> String {
        reply.findings.map(text).joined() + "\(summary(reply.findings))\n"
    }

    private static func text(_ finding: FindingRecord) -> String {
        var text = "\(finding.severity.rawValue): \(finding.message) [\(finding.code)]\n"
        if let subject = finding.subject { text += "  \(subject)\n     \(finding.owner ?? "foreign")\n" }
        for line in finding.evidence ?? [] { text += "  \(line)\n" }
        if let cause = finding.cause { text += "  cause: \(cause)\n" }
        if let remedy = finding.remedy { text += "  do: \(remedy)\n" }
        return text
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
