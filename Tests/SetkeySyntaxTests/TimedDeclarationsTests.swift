import IPsec
import SetkeySyntax
import TestSupport
import Testing

/// Many declarations of one name, each for a time of its own.
struct TimedDeclarationsTests {
    /// A declaration as somebody who compares each with all others keeps it.
    private struct Kept {
        let line: Int
        let spi: Int
        let from: Int
        let until: Int
    }

    /// Statements of few names on a line each, and which two declarations hold at one time: the later, and the first of
    /// those before it.
    private func randomText(_ random: inout SplitMix) -> (text: String, clashes: [[Int]]) {
        var (text, kept, clashes) = ("", [Kept](), [[Int]]())
        for line in 1...200 {
            let spi = Int.random(in: 300...302, using: &random)
            switch Int.random(in: 0..<60, using: &random) {
            case 0:
                text += "flush ;\n"
                kept = []
            case 1:
                text += "deleteall ::1 ::2 ;\n"
                kept = []
            case 2...3:
                text += "delete ::1 ::2 esp \(spi) ;\n"
                kept.removeAll { $0.spi == spi }
            default:
                let from = Int.random(in: 0..<1000, using: &random)
                let until = from + Int.random(in: 1...30, using: &random)
                text += "add ::1 ::2 esp \(spi) -from \(CalendarTime(from)) -until \(CalendarTime(until)) -E null ;\n"
                let rival = kept.first { $0.spi == spi && $0.from < until && from < $0.until }
                if let rival {
                    clashes.append([line, rival.line])
                } else {
                    kept.append(Kept(line: line, spi: spi, from: from, until: until))
                }
            }
        }
        return (text, clashes)
    }

    private func lines(of diagnostics: [LoadedDiagnostic], in source: SourceText) -> [[Int]] {
        let lines = diagnostics.map { Int(source.render($0.diagnostic).split(separator: ":")[1]) ?? 0 }
        return stride(from: 0, to: lines.count - 1, by: 2).map { [lines[$0], lines[$0 + 1]] }
    }

    @Test(arguments: 0..<40 as Range<UInt64>) func eachIsToldFromTheFirstThatHoldsAtItsTime(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        let (text, clashes) = randomText(&random)
        let source = SourceText(name: "t", bytes: Array(text.utf8))
        var parser = Parser(source)
        var evaluation = DesiredState.Evaluation(diagnosticLimit: 1000)
        while let statement = parser.next() { evaluation.add(statement, from: 0) }
        #expect(!clashes.isEmpty && lines(of: evaluation.diagnostics, in: source) == clashes, "seed \(seed)")
        #expect(evaluation.errorCount == clashes.count)
    }
}
