import IPsec
import TextBytes

extension SourceText {
    /// A longer line is shown in part, around what the diagnostic speaks of.
    private static let shownWidth = 160

    /// A diagnostic for people: `FILE:LINE:COLUMN: error: what; what to do`, the source line with its keys masked, and
    /// a caret line; without a newline at the end.
    package func render(_ diagnostic: Diagnostic) -> String {
        render(diagnostic, style: .plain)
    }

    /// As ``render(_:)``, for a terminal perhaps.
    package func render(_ diagnostic: Diagnostic, style: DiagnosticStyle) -> String {
        var output: [UInt8] = []
        append(diagnostic, style: style, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends what ``render(_:style:)`` gives.
    package func append(_ diagnostic: Diagnostic, style: DiagnosticStyle = .plain, to output: inout [UInt8]) {
        appendHeadline(diagnostic, style: style, to: &output)
        let line = line(at: diagnostic.range.lowerBound)
        guard !line.isEmpty else { return }
        let shown = window(of: line, around: diagnostic.range.lowerBound)
        var text = Array(bytes[shown])
        let masks = KeyMask(self.bytes, from: diagnostic.statementStart, isOutOfStep: diagnostic.isOutOfStep)
            .ranges(in: shown, of: line)
        for mask in masks {
            for index in mask { text[index - shown.lowerBound] = UInt8(ascii: "*") }
        }
        for index in text.indices where text[index] < 32 && text[index] != 9 || text[index] == 127 {
            text[index] = UInt8(ascii: "?")
        }
        output.append("\n   ")
        output += text
        output.append("\n   ")
        style.appendCaret(to: &output) { appendCaret(under: diagnostic.range, in: shown, of: text, to: &$0) }
    }

    /// `FILE:LINE:COLUMN: error: what; what to do [code]`.
    package func appendHeadline(
        _ diagnostic: Diagnostic, style: DiagnosticStyle = .plain, to output: inout [UInt8]
    ) {
        let position = position(of: diagnostic.range.lowerBound)
        output += name.utf8
        output.append(":")
        output.append(decimal: position.line)
        output.append(":")
        output.append(decimal: position.column)
        output.append(": ")
        style.append(diagnostic.severity, to: &output)
        output.append(": ")
        output += diagnostic.message.utf8
        if !diagnostic.advice.isEmpty {
            output.append("; ")
            output += diagnostic.advice.utf8
        }
        if let code = diagnostic.code {
            output.append(" [")
            output += code.rawValue.utf8
            output.append("]")
        }
    }

    private func window(of line: Range<Int>, around offset: Int) -> Range<Int> {
        guard line.count > Self.shownWidth else { return line }
        var start = max(line.lowerBound, min(offset - Self.shownWidth / 2, line.upperBound - Self.shownWidth))
        var end = start + Self.shownWidth
        while start < offset, start < end, bytes[start] & 0xc0 == 0x80 { start += 1 }
        while end < line.upperBound, end > start, bytes[end] & 0xc0 == 0x80 { end -= 1 }
        return start..<end
    }

    /// Tabs stay tabs, so that the caret stands under its character at any tab width.
    private func appendCaret(under range: Range<Int>, in shown: Range<Int>, of text: [UInt8], to output: inout [UInt8])
    {
        let start = max(0, min(range.lowerBound, shown.upperBound) - shown.lowerBound)
        let end = max(start, min(range.upperBound, shown.upperBound) - shown.lowerBound)
        for byte in text[..<min(start, text.count)] where byte & 0xc0 != 0x80 {
            output.append(byte == 9 ? byte : UInt8(ascii: " "))
        }
        output.append("^")
        for byte in text[min(start, text.count)..<min(end, text.count)].dropFirst() where byte & 0xc0 != 0x80 {
            output.append(UInt8(ascii: "~"))
        }
    }
}
