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

    /// What the daemon says about the part's text, as it is about the caller's own files.
    func located(_ record: DiagnosticRecord, in sources: [SourceText]) -> DiagnosticRecord {
        guard let place = place(of: record.offset, record.length, in: sources) else { return record }
        var record = record
        (record.file, record.line, record.column) = (place.file, place.line, place.column)
        (record.offset, record.length) = (place.offset, place.length)
        return record
    }

    /// What became of a statement of the part, likewise.
    func located(_ failure: StatementFailure, in sources: [SourceText]) -> StatementFailure {
        guard let place = place(of: failure.offset, failure.length, in: sources) else { return failure }
        var failure = failure
        (failure.file, failure.line, failure.column) = (place.file, place.line, place.column)
        (failure.offset, failure.length) = (place.offset, place.length)
        return failure
    }

    private func place(of offset: Int, _ length: Int, in sources: [SourceText]) -> SourcePlace? {
        guard let origin = origin(of: offset) else { return nil }
        let end = self.origin(of: offset + max(0, length))?.offset ?? origin.offset
        return SourcePlace(origin.offset..<max(origin.offset, end), in: sources[origin.source])
    }
}

/// A stretch of a file of the caller's, as records name it.
private struct SourcePlace {
    let file: String
    let line: Int
    let column: Int
    let offset: Int
    let length: Int

    init(_ range: Range<Int>, in source: SourceText) {
        file = source.name
        let position = source.position(of: range.lowerBound)
        (line, column) = (position.line, position.column)
        (offset, length) = (range.lowerBound, range.count)
    }
}

extension SourceText {
    /// A diagnostic about the text, as a record.
    func record(of diagnostic: Diagnostic) -> DiagnosticRecord {
        var record = DiagnosticRecord(
            severity: Word(rawValue: "\(diagnostic.severity.word)"), offset: diagnostic.range.lowerBound,
            length: diagnostic.range.count, message: diagnostic.message, advice: diagnostic.advice,
            code: diagnostic.code?.rawValue)
        let position = position(of: record.offset)
        (record.file, record.line, record.column) = (name, position.line, position.column)
        return record
    }
}
