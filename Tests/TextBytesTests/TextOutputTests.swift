import TestSupport
import Testing
import TextBytes

/// Numbers are appended as Swift writes them.
struct TextOutputTests {
    private static func text(capacity: Int = 64, _ body: (inout OutputSpan<UInt8>) -> Void) -> String {
        String(decoding: [UInt8](capacity: capacity) { body(&$0) }, as: UTF8.self)
    }

    /// Random numbers of all lengths, and the borders between lengths.
    private static func numbers() -> [UInt64] {
        var random = SplitMix(seed: 5)
        var power: UInt64 = 1
        var numbers: [UInt64] = [0, .max]
        for bit in 0..<64 {
            numbers.append(.random(in: 0 ... .max, using: &random) >> UInt64(bit))
            numbers += [1 << UInt64(bit), (1 << UInt64(bit)) - 1]
        }
        for _ in 0..<19 {
            power *= 10
            numbers += [power - 1, power, power + 1]
        }
        return numbers
    }

    @Test func numbersAreInDecimal() {
        for number in Self.numbers() {
            #expect(Self.text { $0.append(decimal: number) } == "\(number)")
            // No room for more than the digits: they are not written as a word.
            #expect(Self.text(capacity: "\(number)".utf8.count) { $0.append(decimal: number) } == "\(number)")
            let byte = UInt8(truncatingIfNeeded: number)
            #expect(Self.text { $0.append(decimal: byte) } == "\(byte)")
            var bytes: [UInt8] = []
            bytes.append(decimal: number)
            #expect(String(decoding: bytes, as: UTF8.self) == "\(number)")
        }
    }

    @Test(arguments: [1, 2, 8, 16])
    func numbersAreInHexadecimal(width: Int) {
        for number in Self.numbers() {
            let digits = String(number, radix: 16)
            let expected = String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
            var bytes: [UInt8] = []
            bytes.append(hexadecimal: number, width: width)
            #expect(String(decoding: bytes, as: UTF8.self) == expected)
        }
    }

    @Test func textIsEscapedWhereItTravels() {
        let foreign = "a\"b\\c\n\u{1}é"
        let text = Self.text { $0.append(escapedForJSON: foreign) }
        #expect(text == #"a\"b\\c\n\u0001é"#)
        #expect(JSONEscape.maximumByteCount * foreign.utf8.count >= text.utf8.count)
    }
}
