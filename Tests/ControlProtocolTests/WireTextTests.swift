import TestSupport
import Testing

@testable import ControlProtocol

@Suite struct WireTextTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func whatIsEscapedAsItComesIsTheTextItself(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let pieces = ["a", "\n", "\"", "\\", "é", "𝄞", "\u{1}", "an ordinary piece of a line\n", ""]
        for _ in 0..<200 {
            var text = WireText(reserving: 10)
            var plain = ""
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                let piece = pieces.randomElement(using: &random) ?? ""
                text.appendEscaped { $0.append(escapedForJSON: piece.utf8Span.span) }
                plain += piece
            }
            #expect(text == WireText(plain) && WireText(plain) == text && text.hashValue == WireText(plain).hashValue)
            #expect(text.string == plain && text.bytes == Array(plain.utf8) && text.isEmpty == plain.isEmpty)
            let frames = try [text, WireText(plain)].map { text in
                try Samples.bytes { try Reply.render(RenderReply(text: text)).appendFrame(to: &$0) }
            }
            #expect(frames[0] == frames[1], "seed \(seed)")
        }
    }

    @Test func textsOfEitherFormAreJoined() {
        var escaped = WireText(reserving: 0)
        escaped.appendEscaped { $0.append(escapedForJSON: "b\n".utf8Span.span) }
        for (first, second) in [(WireText("a\n"), escaped), (escaped, WireText("a\n")), (escaped, escaped)] {
            var joined = first
            joined.append(second)
            #expect(joined.bytes == first.bytes + second.bytes)
        }
        var plain = WireText("a")
        plain.append(WireText([0xff]))
        #expect(plain.bytes == [0x61, 0xff])
        plain.appendEscaped { $0.append(escapedForJSON: "\n".utf8Span.span) }
        #expect(plain.string == "a\u{fffd}\n")
    }
}
