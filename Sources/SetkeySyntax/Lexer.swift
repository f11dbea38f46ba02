import IPsec
import TextBytes

/// One piece of a text.
struct Token {
    enum Kind: UInt8 {
        /// Any run of printable ASCII without a delimiter: keywords, numbers, addresses, keys, requests.
        case word
        /// From `"` to the next `"`, both included.
        case string
        case semicolon
        case comma
        case leftBracket
        case rightBracket
        /// A `"` without a second one.
        case unterminatedString
        /// A byte that no text may hold here: NUL, a control character, what is not UTF-8, a character beyond ASCII.
        case invalid
        case end
    }

    var kind: Kind
    /// What the word is in the language, if it is a word, and one of the language.
    var keyword: Keyword?
    /// Whether it is a word of hexadecimal digits behind `0x`, as far as that was seen on the way to its end.
    var isHexadecimal = false
    var start: Int
    var end: Int

    var range: Range<Int> { start..<end }
}

/// Cuts a text, which it is lent, into tokens; blanks and comments are dropped.
struct Lexer: ~Copyable, ~Escapable {
    let text: Span<UInt8>
    private(set) var place: Place
    /// Where a comment was not UTF-8, until it is taken.
    private(set) var foreignComment: Int?

    /// How far a lexer has come, for the one that goes on there.
    struct Place {
        /// Where the next token is sought.
        fileprivate(set) var offset = 0
        /// Whether that is inside a comment, which a NUL has interrupted.
        fileprivate var isInComment = false
        /// How many strings have run over the end of a line: legal, and what a forgotten quote looks like.
        fileprivate(set) var longStringCount = 0

        init(_ offset: Int = 0) {
            self.offset = offset
        }

        /// Goes on behind a statement that is known.
        mutating func pass(to end: Int, hasLongString: Bool) {
            offset = end
            if hasLongString { longStringCount += 1 }
        }
    }

    @_lifetime(copy text)
    init(_ text: Span<UInt8>, at place: Place) {
        self.text = text
        self.place = place
        if place.offset == 0, text.hasByteOrderMark { self.place.offset = 3 }
    }

    mutating func next() -> Token {
        if place.isInComment, let invalid = skipComment() { return invalid }
        while true {
            var start = place.offset
            while start < text.count, Self.isBlank(text[start]) { start += 1 }
            place.offset = start
            if let word = takeWord(from: start) { return word }
            guard start < text.count else { return take(.end, start..<start) }
            switch text[start] {
            case UInt8(ascii: ";"): return take(.semicolon, start..<start + 1)
            case UInt8(ascii: ","): return take(.comma, start..<start + 1)
            case UInt8(ascii: "["): return take(.leftBracket, start..<start + 1)
            case UInt8(ascii: "]"): return take(.rightBracket, start..<start + 1)
            case UInt8(ascii: "#"): if let invalid = skipComment() { return invalid }
            case UInt8(ascii: "\""): return takeString()
            default: return take(.invalid, start..<start + max(1, text.scalarLength(at: start)))
            }
        }
    }

    /// The place of such a comment, once.
    mutating func takeForeignComment() -> Int? {
        defer { foreignComment = nil }
        return foreignComment
    }

    /// Goes back to the start of a token.
    mutating func rewind(to start: Int) {
        place.offset = start
    }

    @inline(__always)
    private mutating func take(_ kind: Token.Kind, _ range: Range<Int>) -> Token {
        place.offset = range.upperBound
        return Token(kind: kind, start: range.lowerBound, end: range.upperBound)
    }

    /// The word that starts at `start`, if one does. Most are shorter than eight bytes, which one load tells.
    @inline(__always)
    private mutating func takeWord(from start: Int) -> Token? {
        guard start <= text.count - ByteWord.byteCount else { return takeLongWord(from: start, through: start) }
        let bytes = ByteWord(text, at: start)
        let count = Self.wordByteCount(bytes)
        guard count < ByteWord.byteCount, !Self.isInWord(text[start + count]) else {
            return takeLongWord(from: start, through: start + count)
        }
        guard count > 0 else { return nil }
        place.offset = start + count
        let keyword = Keyword(PackedWord(bytes, byteCount: count))
        return Token(kind: .word, keyword: keyword, start: start, end: start + count)
    }

    /// The same of a word of any length. Most of the bytes of any text are in keys: they are looked at once.
    ///
    /// - Parameter known: where the bytes end that are known to be inside the word.
    @inline(never)
    private mutating func takeLongWord(from start: Int, through known: Int) -> Token? {
        var end = known
        var isHexadecimal = false
        if text.hasHexadecimalPrefix(at: start) {
            end = text.endOfHexadecimalDigits(from: start + 2)
            isHexadecimal = end == text.count || !Self.isInWord(text[end])
        }
        if !isHexadecimal { end = Self.endOfWord(in: text, from: end) }
        guard end > start else { return nil }
        place.offset = end
        let keyword = Keyword(text, start..<end)
        return Token(kind: .word, keyword: keyword, isHexadecimal: isHexadecimal, start: start, end: end)
    }

    /// The bytes of a word are passed eight at a time.
    private static func endOfWord(in text: Span<UInt8>, from start: Int) -> Int {
        var end = start
        while end <= text.count - ByteWord.byteCount {
            let count = wordByteCount(ByteWord(text, at: end))
            end += count
            guard count < ByteWord.byteCount else { continue }
            // Either a delimiter or one of the few that pass for one below.
            guard isInWord(text[end]) else { return end }
            end += 1
        }
        while end < text.count, isInWord(text[end]) { end += 1 }
        return end
    }

    /// How many bytes, from the first on, are surely inside a word; `+` and `Y`, for two, are not among them.
    ///
    /// The masks of ``ByteWord``, but that what is no ASCII is in all of them: it ends a word, too.
    @inline(__always)
    private static func wordByteCount(_ word: ByteWord) -> Int {
        let bits = word.bits
        let semicolons = bits ^ ByteWord.repeating(UInt8(ascii: ";"))
        // `[` and `]` are 0x5b and 0x5d; what the mask leaves alike besides is `Y` and `_`.
        let brackets = bits & ByteWord.repeating(0xf9) ^ ByteWord.repeating(0x59)
        let one = ByteWord.repeating(1)
        let ends = (bits &- ByteWord.repeating(UInt8(ascii: "-"))) | (semicolons &- one) | (brackets &- one)
        return ByteWord.firstIndex(in: (ends | (bits &+ one) | bits) & ByteWord.repeating(0x80))
    }

    @inline(__always)
    private static func isBlank(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, 0x0a, 0x0d: true
        default: false
        }
    }

    /// Whether a byte can be inside a word: printable ASCII without a delimiter.
    @inline(__always)
    private static func isInWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x22, 0x23, 0x2c, 0x3b, 0x5b, 0x5d: false
        case 0x21...0x7e: true
        default: false
        }
    }

    private mutating func takeString() -> Token {
        let start = place.offset
        var end = start + 1
        var isLong = false
        while end < text.count, text[end] != UInt8(ascii: "\"") {
            isLong = isLong || text[end] == 10
            end += 1
        }
        if isLong { place.longStringCount += 1 }
        place.offset = min(end + 1, text.count)
        guard end < text.count else { return Token(kind: .unterminatedString, start: start, end: start + 1) }
        return Token(kind: .string, start: start, end: end + 1)
    }

    /// Skips to the end of the line; a comment may hold anything but NUL.
    private mutating func skipComment() -> Token? {
        var offset = place.offset
        defer { place.offset = offset }
        while offset < text.count, text[offset] != 10 {
            let byte = text[offset]
            guard byte == 0 || byte >= 0x80 else {
                offset += 1
                continue
            }
            guard byte > 0 else {
                place.isInComment = true
                offset += 1
                return Token(kind: .invalid, start: offset - 1, end: offset)
            }
            let length = text.scalarLength(at: offset)
            if length == 0 { foreignComment = foreignComment ?? offset }
            offset += max(length, 1)
        }
        place.isInComment = false
        return nil
    }
}
