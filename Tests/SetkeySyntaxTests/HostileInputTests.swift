import IPsec
import SetkeySyntax
import TestSupport
import Testing

struct HostileInputTests {
    /// Parses, renders every diagnostic, and checks what must hold for any input.
    private func exercise(_ bytes: [UInt8], _ comment: @autoclosure () -> String) {
        let source = SourceText(name: "t", bytes: bytes)
        var parser = Parser(source, options: ParserOptions(credentials: .unread, warns: true))
        var end = 0
        while let statement = parser.next() {
            #expect(statement.range.lowerBound >= end && statement.range.upperBound <= bytes.count, "\(comment())")
            end = statement.range.upperBound
            _ = source.describe(statement)
        }
        for diagnostic in parser.diagnostics {
            #expect(diagnostic.range.lowerBound >= 0 && diagnostic.range.upperBound <= bytes.count, "\(comment())")
            #expect(source.render(diagnostic).hasPrefix("t:"), "\(comment())")
        }
    }

    @Test(arguments: [1, UInt64.random(in: 2 ... .max)])
    func randomBytesNeverTrap(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        let alphabet = Array("addspdupflushinoutesp/tunnel-PEAm0x19 .:;;\"#[],@\n\r\t\u{0}é".utf8) + [0xff, 0xc3, 0xf0]
        for round in 0..<300 {
            let count = Int.random(in: 0..<200, using: &random)
            let bytes = (0..<count).map { _ in
                round % 2 == 0
                    ? UInt8(truncatingIfNeeded: random.next()) : alphabet[Int(random.next() % UInt64(alphabet.count))]
            }
            exercise(bytes, "seed \(seed) round \(round)")
        }
    }

    @Test(arguments: [1, UInt64.random(in: 2 ... .max)])
    func mutatedFilesNeverTrap(_ seed: UInt64) {
        var generator = StatementGenerator(random: SplitMix(seed: seed))
        for round in 0..<150 {
            let text = (0..<5).map { _ in generator.statement().text(showKeys: true) }.joined(separator: "\n")
            var bytes = Array(text.utf8)
            for _ in 0...generator.below(4) {
                let index = Int(generator.below(UInt64(bytes.count)))
                switch generator.below(4) {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: generator.below(256))
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(contentsOf: bytes[index...].prefix(20), at: index)
                default: bytes.insert([34, 35, 59, 91, 93, 44, 0, 10][Int(generator.below(8))], at: index)
                }
            }
            exercise(bytes, "seed \(seed) round \(round)")
        }
    }

    @Test func everyTruncationOfAFileIsHandled() {
        var generator = StatementGenerator(random: SplitMix(seed: 9))
        let bytes = Array((0..<8).map { _ in generator.statement().text(showKeys: true) }.joined(separator: "\n").utf8)
        for count in 0...bytes.count { exercise(Array(bytes.prefix(count)), "\(count) bytes") }
    }

    /// Shapes that a careless lexer, recovery or renderer reads again and again.
    @Test(arguments: [
        "x\n", "x ;", "\"", "\"a\" ", "#", "# \n", "add\n", "add \n\n", ";", "[", ",", "[1", "0", "-", "spdadd ::1 ",
        "flush\nflush ", "esp/tunnel/", "-E null ", "é", "\u{1}",
    ])
    func timeIsLinear(_ unit: String) {
        func time(_ count: Int) -> Duration {
            let bytes = Array(String(repeating: unit, count: count).utf8)
            return processorTime {
                let source = SourceText(name: "t", bytes: bytes)
                var parser = Parser(source, options: ParserOptions(diagnosticLimit: 20))
                while parser.next() != nil {}
                for diagnostic in parser.diagnostics { _ = source.render(diagnostic) }
            }
        }
        // The best of several: other work on the machine only adds, by the caches.
        let small = (0..<3).map { _ in time(1000) }.min() ?? .zero
        let large = (0..<3).map { _ in time(16000) }.min() ?? .zero
        // Sixteen times the text; quadratic would be 256 times the time.
        #expect(large < small * 16 * 6 + .milliseconds(50), "\(unit): \(small) and \(large)")
    }
}
