import FoundationEssentials
import TestSupport
import Testing

@testable import ControlProtocol

@Suite struct JSONStringsTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func whatIsEscapedIsWhatAnotherDecoderReads(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        for _ in 0..<200 {
            let text = Self.randomText(using: &random)
            var json: [UInt8] = [UInt8(ascii: "\"")]
            json.append(escapedForJSON: text.utf8Span.span)
            json.append(UInt8(ascii: "\""))
            #expect(try JSONDecoder().decode(String.self, from: Data(json)) == text, "seed \(seed)")
        }
    }

    @Test(arguments: [5, 6, 7, 8] as [UInt64])
    func whatAnotherEncoderEscapesIsRead(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        for _ in 0..<200 {
            let text = Self.randomText(using: &random)
            let json = Array(try JSONEncoder().encode(text)).dropFirst()
            var end = 0
            #expect(try Self.unescaped(Array(json), end: &end) == Array(text.utf8), "seed \(seed)")
            #expect(end == json.count)
        }
    }

    @Test(arguments: [9, 10, 11] as [UInt64])
    func randomBytesAreReadAsAnotherDecoderReadsThem(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let pieces = ["\\", "u", "d83d", "de00", "00e9", "n", "\"", "\n", "/", "b", "D8", "x", "é", "0"].map {
            Array($0.utf8)
        }
        for _ in 0..<3000 {
            let body = (0..<Int.random(in: 0...6, using: &random)).flatMap { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }
            let json = body + [UInt8(ascii: "\"")]
            var end = 0
            let ours = try? Self.unescaped(Array(json), end: &end)
            // Our string ends at the first quote; the other decoder must see the same string and nothing behind it.
            let whole = ours.map { _ in Array(json[..<end]) } ?? json
            let theirs = try? JSONDecoder().decode(String.self, from: Data([UInt8(ascii: "\"")] + whole))
            #expect(ours == theirs.map { Array($0.utf8) }, "seed \(seed): \(String(decoding: json, as: UTF8.self))")
        }
    }

    /// An escape, or a character that is no ASCII, at every place against the words of the reader, and as near to the
    /// end of the string and to that of the frame as it can be.
    @Test(arguments: [#"\n"#, #"\n\t"#, #"\\"#, #"\""#, #"\u000a"#, #"\ud834\udd1e"#, "é", #"\\\"\\"#])
    func anEscapeIsReadWhereverItIs(escape: String) throws {
        for before in 0..<20 {
            for after in 0..<20 {
                let body = String(repeating: "x", count: before) + escape + String(repeating: "y", count: after) + "\""
                let text = try JSONDecoder().decode(String.self, from: Data("\"\(body)".utf8))
                for behind in [0, 1, 7, 8, 9, 20] {
                    var end = 0
                    let frame = Array((body + String(repeating: "}", count: behind)).utf8)
                    #expect(try Self.unescaped(frame, end: &end) == Array(text.utf8), "\(before), \(after), \(behind)")
                    #expect(end == body.utf8.count)
                }
            }
        }
    }

    @Test(arguments: [
        (#"\ud834\udd1e""#, "𝄞"), (#"\u00e9\u20ac""#, "é€"), (#"\/\b\f\r\n\t\\\"""#, "/\u{8}\u{c}\r\n\t\\\""),
        (#"""#, ""),
    ])
    func escapesMeanWhatTheStandardSays(json: String, text: String) throws {
        var end = 0
        #expect(try Self.unescaped(Array(json.utf8), end: &end) == Array(text.utf8))
        #expect(end == json.utf8.count)
    }

    @Test(arguments: [
        "", "abc", "\\", "\\\"", #"\u12"#, #"\u12g4""#, #"\x""#, #"\udc00""#, #"\ud800""#, #"\ud800\n""#,
        #"\ud800\u0041""#,
        "\n\"", "\u{1f}\"",
    ])
    func whatIsNoStringIsAnError(json: String) {
        var end = 0
        #expect(throws: JSONError.self) { try Self.unescaped(Array(json.utf8), end: &end) }
    }

    /// What the string at the front of `body` stands for, its opening quote cut off; `end` is set to its length.
    private static func unescaped(_ body: [UInt8], end: inout Int) throws(JSONError) -> [UInt8] {
        var strings = JSONStrings(capacity: body.count)
        end = 0
        try strings.append(unescaping: body.span, at: &end)
        return strings.bytes
    }

    /// Text with everything that needs care, long enough to cross the parts that the escaper works in.
    private static func randomText(using random: inout SplitMix) -> String {
        let scalars: [Unicode.Scalar] = [
            "\0", "\u{1f}", "\n", "\t", "\r", "\"", "\\", "/", "a", " ", "é", "€", "𝄞", "\u{7f}",
        ]
        let length = Int.random(in: 0...(Bool.random(using: &random) ? 20 : 6000), using: &random)
        var text = ""
        for _ in 0..<length { text.unicodeScalars.append(scalars[Int.random(in: 0..<scalars.count, using: &random)]) }
        return text
    }
}
