import IPsec
import TextBytes

/// A word of at most 24 bytes, packed into integers, so that comparing and hashing it costs a few instructions.
struct PackedWord: Hashable, Sendable {
    static let maximumLength = 24

    private(set) var first: UInt64 = 0
    private(set) var second: UInt64 = 0
    private(set) var third: UInt64 = 0

    private init() {}

    /// What no word is packed to.
    static let none = PackedWord()

    /// The first `byteCount` bytes of `bytes`, at least one and less than all.
    @inline(__always)
    init(_ bytes: ByteWord, byteCount: Int) {
        first = bytes.bits & ~(UInt64.max &<< UInt64(8 &* byteCount))
    }

    /// `nil` for a longer word, which no table holds.
    @inline(__always)
    init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        guard range.count <= Self.maximumLength else { return nil }
        first = Self.word(bytes, at: range.lowerBound, byteCount: range.count)
        if range.count > 8 { second = Self.word(bytes, at: range.lowerBound + 8, byteCount: range.count - 8) }
        if range.count > 16 { third = Self.word(bytes, at: range.lowerBound + 16, byteCount: range.count - 16) }
    }

    /// Up to eight bytes, the first one lowest; zeros where there are fewer.
    @inline(__always)
    private static func word(_ bytes: Span<UInt8>, at start: Int, byteCount: Int) -> UInt64 {
        guard start <= bytes.count - ByteWord.byteCount else { return lastWord(bytes, at: start, byteCount: byteCount) }
        let word = ByteWord(bytes, at: start).bits
        return byteCount >= 8 ? word : word & ~(UInt64.max &<< UInt64(8 &* byteCount))
    }

    /// At the end of the text there is no whole word to load.
    @inline(never)
    private static func lastWord(_ bytes: Span<UInt8>, at start: Int, byteCount: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in (start..<start + min(byteCount, 8)).reversed() { word = word << 8 | UInt64(bytes[index]) }
        return word
    }

    /// Mixed so that the top bits depend on every byte.
    var hash: UInt64 {
        (first ^ second &* 0x9e37_79b9_7f4a_7c15 ^ third &* 0xc2b2_ae3d_27d4_eb4f) &* 0xff51_afd7_ed55_8ccd
    }
}

/// Finds the value of a word: open addressing, half empty, built once.
struct WordTable<Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        var word: PackedWord
        var value: Value?
    }

    private var entries: [Entry]
    private let shift: UInt64

    /// - Parameter entries: words of at most ``PackedWord/maximumLength`` bytes, each once.
    init(_ entries: [(String, Value)]) {
        var bits = 4
        while 1 << bits < entries.count * 2 { bits += 1 }
        shift = UInt64(64 - bits)
        self.entries = [Entry](repeating: Entry(word: .none, value: nil), count: 1 << bits)
        for (name, value) in entries {
            let bytes = Array(name.utf8)
            guard let word = PackedWord(bytes.span, 0..<bytes.count) else { continue }
            self.entries[slot(of: word)] = Entry(word: word, value: value)
        }
    }

    /// Where the word is, or where it would be.
    @inline(__always)
    private func slot(of word: PackedWord) -> Int {
        var slot = Int(truncatingIfNeeded: word.hash &>> shift)
        while entries[slot].value != nil, entries[slot].word != word { slot = (slot + 1) & (entries.count - 1) }
        return slot
    }

    subscript(word: PackedWord) -> Value? { entries[slot(of: word)].value }
}
