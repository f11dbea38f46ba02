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
    var start: Int
    var end: Int

    var range: Range<Int> { start..<end }
}

/// Cuts a text into tokens; blanks and comments are dropped.
struct Lexer {
    let bytes: [UInt8]
    private(set) var position: Int
    private var isInComment = false
    /// How many strings have run over the end of a line: legal, and what a forgotten quote looks like.
    private(set) var longStringCount = 0
    /// Where a comment was not UTF-8, until it is taken.
    private(set) var foreignComment: Int?

    init(_ bytes: [UInt8], from start: Int = 0) {
        self.bytes = bytes
        position = start
        if start == 0, bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
    }

    mutating func next() -> Token {
        if isInComment, let invalid = skipComment() { return invalid }
        while true {
            let (start, token) = Self.token(in: bytes.span, from: position)
            if let token {
                position = token.end
                return token
            }
            position = start
            switch bytes[start] {
            case UInt8(ascii: "#"): if let invalid = skipComment() { return invalid }
            case UInt8(ascii: "\""): return takeString()
            default: return takeInvalid()
            }
        }
    }

    /// The first token behind blanks, and where it starts; `nil` for what is not as simple as words and delimiters.
    private static func token(in text: Span<UInt8>, from position: Int) -> (start: Int, token: Token?) {
        var start = position
        while start < text.count {
            let byte = text[start]
            switch byte {
            case 0x20, 0x09, 0x0a, 0x0d: start += 1
            case UInt8(ascii: "#"), UInt8(ascii: "\""): return (start, nil)
            case UInt8(ascii: ";"): return (start, Token(kind: .semicolon, start: start, end: start + 1))
            case UInt8(ascii: ","): return (start, Token(kind: .comma, start: start, end: start + 1))
            case UInt8(ascii: "["): return (start, Token(kind: .leftBracket, start: start, end: start + 1))
            case UInt8(ascii: "]"): return (start, Token(kind: .rightBracket, start: start, end: start + 1))
            case 0x21...0x7e: return (start, word(in: text, from: start))
            default: return (start, nil)
            }
        }
        return (start, Token(kind: .end, start: start, end: start))
    }

    /// The place of such a comment, once.
    mutating func takeForeignComment() -> Int? {
        defer { foreignComment = nil }
        return foreignComment
    }

    /// Goes back to the start of a token.
    mutating func rewind(to start: Int) {
        position = start
    }

    /// Goes on behind a statement that is known.
    mutating func pass(to end: Int, hasLongString: Bool) {
        position = end
        if hasLongString { longStringCount += 1 }
    }

    private mutating func take(_ kind: Token.Kind) -> Token {
        position += 1
        return Token(kind: kind, start: position - 1, end: position)
    }

    /// The word that starts at `start`. Most are shorter than eight bytes, which one load tells.
    @inline(__always)
    private static func word(in text: Span<UInt8>, from start: Int) -> Token {
        if start <= text.count - ByteWord.byteCount {
            let bytes = ByteWord(text, at: start)
            let end = start + wordByteCount(bytes)
            if end < start + ByteWord.byteCount, !isInWord(text[end]) {
                let keyword = Keyword(PackedWord(bytes, byteCount: end - start))
                return Token(kind: .word, keyword: keyword, start: start, end: end)
            }
        }
        let end = endOfWord(in: text, from: start + 1)
        return Token(kind: .word, keyword: Keyword(text, start..<end), start: start, end: end)
    }

    /// Most of the bytes of any text are in keys: they are passed eight at a time.
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
    @inline(__always)
    private static func wordByteCount(_ word: ByteWord) -> Int {
        // `[` and `]` are 0x5b and 0x5d; what the mask leaves alike besides is `Y` and `_`.
        let brackets = ByteWord(bits: word.bits & ByteWord.repeating(0xf9))
        return ByteWord.firstIndex(
            in: word.mask(below: UInt8(ascii: "-")) | word.mask(of: UInt8(ascii: ";")) | brackets.mask(of: 0x59)
                | word.mask(from: 0x7f))
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
        let start = position
        var end = start + 1
        var isLong = false
        while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
            isLong = isLong || bytes[end] == 10
            end += 1
        }
        if isLong { longStringCount += 1 }
        guard end < bytes.count else {
            position = end
            return Token(kind: .unterminatedString, start: start, end: start + 1)
        }
        position = end + 1
        return Token(kind: .string, start: start, end: position)
    }

    private mutating func takeInvalid() -> Token {
        let start = position
        position += max(1, scalarLength(at: start))
        return Token(kind: .invalid, start: start, end: position)
    }

    /// Skips to the end of the line; a comment may hold anything but NUL.
    private mutating func skipComment() -> Token? {
        isInComment = true
        while position < bytes.count, bytes[position] != 10 {
            let byte = bytes[position]
            if byte > 0, byte < 0x80 {
                position += 1
                continue
            }
            guard byte > 0 else { return take(.invalid) }
            let length = scalarLength(at: position)
            if length == 0 { foreignComment = foreignComment ?? position }
            position += max(length, 1)
        }
        isInComment = false
        return nil
    }

    /// The bytes of the UTF-8 scalar at `offset` (RFC 3629, 4); 0 where there is none.
    func scalarLength(at offset: Int) -> Int {
        let first = bytes[offset]
        let (length, second): (Int, ClosedRange<UInt8>) =
            switch first {
            case 0x00...0x7f: (1, 0...0xff)
            case 0xc2...0xdf: (2, 0x80...0xbf)
            case 0xe0: (3, 0xa0...0xbf)
            case 0xed: (3, 0x80...0x9f)
            case 0xe1...0xef: (3, 0x80...0xbf)
            case 0xf0: (4, 0x90...0xbf)
            case 0xf1...0xf3: (4, 0x80...0xbf)
            case 0xf4: (4, 0x80...0x8f)
            default: (0, 0...0)
            }
        guard length > 1 else { return length }
        guard offset + length <= bytes.count, second.contains(bytes[offset + 1]) else { return 0 }
        for byte in bytes[(offset + 2)..<(offset + length)] where byte & 0xc0 != 0x80 { return 0 }
        return length
    }
}
