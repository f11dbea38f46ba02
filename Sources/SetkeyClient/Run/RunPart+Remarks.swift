import ControlProtocol
import SetkeySyntax

extension RunPart {
    /// What the daemon says about the part's text, with the place in the caller's own files and the line there.
    func render(_ record: DiagnosticRecord, of sources: [SourceText], style: DiagnosticStyle) -> String {
        let severity: Diagnostic.Severity =
            switch record.severity {
            case .known(.warning): .warning
            case .known(.note): .note
            case .known(.error), .unknown: .error
            }
        guard let origin = origin(of: record.offset) else {
            let advice = record.advice.isEmpty ? "" : "; \(record.advice)"
            return "\(style.word(severity)): \(record.message)\(advice)\(record.code.map { " [\($0)]" } ?? "")"
        }
        let end = self.origin(of: record.offset + max(0, record.length))?.offset ?? origin.offset
        let diagnostic = Diagnostic(
            severity, at: origin.offset..<max(origin.offset, end), record.message, advice: record.advice,
            code: record.code.flatMap(RuleCode.init), statementStart: origin.statementStart)
        return sources[origin.source].render(diagnostic, style: style)
    }
}
