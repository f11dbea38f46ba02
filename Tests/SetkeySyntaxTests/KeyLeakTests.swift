import SetkeySyntax
import TestSupport
import Testing

/// Whatever becomes of a file on its way, no message shows four bytes of a key in a row.
struct KeyLeakTests {
    @Test(arguments: [1, 2, UInt64.random(in: 3 ... .max)])
    func noDamageMakesAKeyShow(_ seed: UInt64) {
        var generator = KeyedFileGenerator(seed: seed)
        for round in 0..<1500 {
            let file = generator.damagedFile()
            let source = SourceText(name: "t", bytes: file.text)
            var parser = Parser(source, options: ParserOptions(warns: true))
            while parser.next() != nil {}
            for diagnostic in parser.diagnostics {
                let output = source.render(diagnostic)
                guard let leak = file.leak(in: output) else { continue }
                Issue.record(
                    "seed \(seed) round \(round): \(leak) in\n\(output)\nof\n\(String(decoding: file.text, as: UTF8.self))"
                )
                return
            }
        }
    }

    /// The test must be able to fail: an undamaged line, shown as it is, is found.
    @Test func aShownKeyIsFound() {
        var generator = KeyedFileGenerator(seed: 1)
        for _ in 0..<200 {
            let file = generator.file()
            #expect(file.leak(in: "t:1:1: error: x\n" + String(decoding: file.text, as: UTF8.self)) != nil)
        }
    }
}
