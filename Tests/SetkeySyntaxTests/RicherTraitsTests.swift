import IPsec
import TestSupport
import Testing

@testable import SetkeySyntax

/// Statements that one kernel interface cannot carry, and the other one can.
@Suite struct RicherTraitsTests {
    private static let ordinary = "add 10.0.0.1 10.0.0.2 esp 1000 -E null ;\n"
    private static let marked = "add 10.0.0.1 10.0.0.2 esp 1001 -mark 7 -E null ;\n"
    /// By its number: what PF_KEY alone can carry.
    private static let numbered = "add 10.0.0.1 10.0.0.2 esp 1002 -E 99 0x00112233 ;\n"

    private static func parser(_ text: String) -> Parser {
        var options = ParserOptions(traits: .pfKey)
        options.richerTraits = .xfrm
        return Parser(Array(text.utf8), options: options)
    }

    @Test(arguments: [
        (ordinary, 1, false), (ordinary + marked, 2, true), (marked + ordinary + marked, 3, true),
        (numbered, 1, false), (numbered + marked, 2, true), ("# " + marked, 0, false),
    ])
    func eachStatementIsReadByTheInterfaceThatCarriesIt(_ text: String, _ count: Int, _ needsRicher: Bool) {
        var parser = Self.parser(text)
        #expect(parser.rest().count == count)
        #expect(parser.diagnostics.isEmpty)
        #expect(parser.needsRicherTraits == needsRicher)
    }

    /// What is wrong is said once, and as the richer interface has it.
    @Test func anErrorIsThatOfTheRicherInterface() throws {
        var parser = Self.parser("add 10.0.0.1 10.0.0.2 esp 1001 -mark 7 -E nul ;\n" + Self.ordinary)
        #expect(parser.rest().count == 1)
        #expect(parser.errorCount == 1)
        #expect(!parser.needsRicherTraits)
        #expect(try #require(parser.diagnostics.first).message.contains("nul"))
    }

    /// As if the statement had been read once.
    @Test(arguments: [
        "add 10.0.0.1 10.0.0.2 esp 1001 -mark 7 -E null", "add 10.0.0.1 10.0.0.2 esp 1001 -mark 7 -E null\n",
    ])
    func aMissingSemicolonIsFoundWhereItIsMissing(_ text: String) throws {
        var one = Parser(Array((text + Self.ordinary).utf8), options: ParserOptions(traits: .xfrm))
        var other = Self.parser(text + Self.ordinary)
        #expect(one.rest().map(\.range) == other.rest().map(\.range))
        #expect(one.diagnostics.map(\.range) == other.diagnostics.map(\.range))
        #expect(one.diagnostics.map(\.message) == other.diagnostics.map(\.message))
    }

    @Test func theErrorLimitEndsTheText() {
        var options = ParserOptions(traits: .pfKey)
        options.richerTraits = .xfrm
        options.errorLimit = 2
        var parser = Parser(Array(String(repeating: "add nonsense;\n", count: 9).utf8), options: options)
        #expect(parser.rest().isEmpty)
        #expect(parser.errorCount == 2)
    }

    /// Whatever the text, the richer interface finds no fault with more of it than both together do.
    @Test func bothTogetherAcceptWhatEitherDoes() {
        var random = SplitMix(seed: 41)
        let words = [
            "add", "10.0.0.1", "10.0.0.2", "esp", "1000", "-mark", "7", "-E", "null", ";", "\n", "-esn", "99", "0x1122",
            "spdadd", "any", "-P", "out", "none", "-if_id", "-r", "64", "exit", "\"x\"", "#", "\u{7f}",
        ]
        for _ in 0..<5000 {
            let text = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                words[Int.random(in: 0..<words.count, using: &random)]
            }.joined(separator: " ")
            var both = Self.parser(text)
            var richer = Parser(Array(text.utf8), options: ParserOptions(traits: .xfrm))
            var ordinary = Parser(Array(text.utf8), options: ParserOptions(traits: .pfKey))
            let count = both.rest().count
            #expect(count >= richer.rest().count, "\(text)")
            #expect(count >= ordinary.rest().count, "\(text)")
        }
    }
}
