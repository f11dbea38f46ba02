import SetkeySyntax
import Testing

@Suite struct DiagnosticStyleTests {
    @Test(
        arguments: [
            (true, [:], DiagnosticStyle.colored), (true, ["TERM": "xterm"], .colored),
            (true, ["NO_COLOR": ""], .colored),
            (true, ["NO_COLOR": "1"], .plain), (true, ["TERM": "dumb"], .plain), (false, [:], .plain),
            (false, ["TERM": "xterm"], .plain),
        ] as [(Bool, [String: String], DiagnosticStyle)])
    func coloursAreForTerminalsAndForThoseWhoWantThem(
        isTerminal: Bool, environment: [String: String], style: DiagnosticStyle
    ) {
        #expect(DiagnosticStyle(isTerminal: isTerminal) { environment[$0] } == style)
    }

    @Test func wordAndCaretAreColouredAndNothingElseChanges() throws {
        let text = SourceText(name: "a.conf", bytes: Array("flsh ;".utf8))
        var parser = Parser(text)
        #expect(parser.next() == nil)
        let diagnostic = try #require(parser.diagnostics.first)
        let colored = text.render(diagnostic, style: .colored)
        #expect(colored.hasPrefix("a.conf:1:1: \u{1b}[1;31merror\u{1b}[0m: "), "\(colored)")
        #expect(colored.hasSuffix("\n   \u{1b}[1;32m^~~~\u{1b}[0m"), "\(colored)")
        #expect(colored.replacing(#/\u{1b}\[[0-9;]*m/#, with: "") == text.render(diagnostic))
    }
}
