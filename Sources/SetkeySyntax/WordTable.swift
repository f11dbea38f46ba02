import IPsec
import TextBytes

/// A word of at most 24 bytes, packed into integers, so that comparing and hashing it costs a few instructions.
struct PackedWord: Hashable, Sendable {
    static let maximumLength = 24

    private(set) var first: UInt64 = 0
    private(set) var second: UInt64 = 0
    private(set) var third: UInt64 = 0

    /// `nil` for a longer word, which no table holds.
    init?(_ bytes: [UInt8], _ range: Range<Int>) {
        guard range.count <= Self.maximumLength else { return nil }
        first = Self.word(bytes.span, range)
        if range.count > 8 { second = Self.word(bytes.span, range.dropFirst(8)) }
        if range.count > 16 { third = Self.word(bytes.span, range.dropFirst(16)) }
    }

    /// The first eight bytes of `range`, the first one lowest; zeros where it has fewer.
    private static func word(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        if range.lowerBound <= bytes.count - ByteWord.byteCount {
            let word = ByteWord(bytes, at: range.lowerBound).bits
            return range.count >= 8 ? word : word & ~(UInt64.max << UInt64(8 * range.count))
        }
        // At the end of the text there is no whole word to load.
        var word: UInt64 = 0
        for index in range.prefix(8).reversed() { word = word << 8 | UInt64(bytes[index]) }
        return word
    }

    /// Mixed so that the top bits depend on every byte.
    var hash: UInt64 {
        (first ^ second &* 0x9e37_79b9_7f4a_7c15 ^ third &* 0xc2b2_ae3d_27d4_eb4f) &* 0xff51_afd7_ed55_8ccd
    }
}

/// Finds the value of a word: open addressing, half empty, built once.
struct WordTable<Value: Sendable>: Sendable {
    private var words: [PackedWord]
    private var values: [Value?]
    private let shift: UInt64

    /// - Parameter entries: words of at most ``PackedWord/maximumLength`` bytes, each once.
    init(_ entries: [(String, Value)]) {
        var bits = 4
        while 1 << bits < entries.count * 2 { bits += 1 }
        shift = UInt64(64 - bits)
        let unused = PackedWord([], 0..<0)
        words = unused.map { [PackedWord](repeating: $0, count: 1 << bits) } ?? []
        values = [Value?](repeating: nil, count: 1 << bits)
        for (name, value) in entries {
            let bytes = Array(name.utf8)
            guard let word = PackedWord(bytes, 0..<bytes.count) else { continue }
            let slot = slot(of: word)
            words[slot] = word
            values[slot] = value
        }
    }

    /// Where the word is, or where it would be.
    private func slot(of word: PackedWord) -> Int {
        var slot = Int(truncatingIfNeeded: word.hash >> shift)
        while values[slot] != nil, words[slot] != word { slot = (slot + 1) & (words.count - 1) }
        return slot
    }

    subscript(word: PackedWord) -> Value? { values[slot(of: word)] }
}
