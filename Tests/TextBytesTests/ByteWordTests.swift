import TestSupport
import Testing
import TextBytes

/// Looking at eight bytes together finds what looking at each would.
struct ByteWordTests {
    /// Random bytes, half of them near the borders that the masks are about.
    private static func bytes(_ random: inout SplitMix) -> [UInt8] {
        let borders: [UInt8] =
            [0, 0x1f, 0x20, 0x22, 0x2f, 0x30, 0x39, 0x3a, 0x40, 0x41, 0x46, 0x47, 0x5c, 0x60, 0x61]
            + [0x66, 0x67, 0x7f, 0x80, 0xff]
        return (0..<8).map { _ in
            Bool.random(using: &random)
                ? borders.randomElement(using: &random) ?? 0 : .random(in: 0...255, using: &random)
        }
    }

    @Test func theFirstByteOfAKindIsFound() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(seed: seed)
        for _ in 0..<50_000 {
            let bytes = Self.bytes(&random)
            let word = ByteWord(bytes.span, at: 0)
            for limit: UInt8 in [1, 0x20, 0x80] {
                let expected = bytes.firstIndex { $0 < limit } ?? 8
                #expect(ByteWord.firstIndex(in: word.mask(below: limit)) == expected, "seed \(seed): \(bytes)")
            }
            for wanted: UInt8 in [0, 0x22, 0x5c, 0xff] {
                let expected = bytes.firstIndex(of: wanted) ?? 8
                #expect(ByteWord.firstIndex(in: word.mask(of: wanted)) == expected, "seed \(seed): \(bytes)")
            }
            #expect(ByteWord.firstIndex(in: word.nonASCII) == bytes.firstIndex { $0 > 127 } ?? 8, "seed \(seed)")
        }
    }

    @Test func eightDigitsAreFourBytesOrNothing() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(seed: seed)
        let digits = Array("0123456789abcdefABCDEF".utf8)
        for round in 0..<50_000 {
            var bytes = (0..<8).map { _ in digits.randomElement(using: &random) ?? 48 }
            if round % 2 == 0 { bytes[Int.random(in: 0..<8, using: &random)] = .random(in: 0...255, using: &random) }
            let values = bytes.compactMap(\.hexadecimalDigitValue)
            #expect(ByteWord(bytes.span, at: 0).hexadecimalDigits == Self.word(of: values), "seed \(seed): \(bytes)")
        }
    }

    /// The bytes of eight digits, the first one lowest.
    private static func word(of digits: [UInt8]) -> UInt32? {
        guard digits.count == 8 else { return nil }
        var word: UInt32 = 0
        for pair in 0..<4 {
            let byte = digits[2 * pair] << 4 | digits[2 * pair + 1]
            word |= UInt32(byte) << UInt32(8 * pair)
        }
        return word
    }
}
