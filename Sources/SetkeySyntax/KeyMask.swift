import IPsec

/// Finds what a shown line must hide: keys, and whatever may be one.
///
/// A key is known by its place, behind the name of an algorithm, and by its looks: quotes, or more hexadecimal
/// digits than any number has. Where quotes may be out of step, everything but the words of the language is hidden.
struct KeyMask {
    private let bytes: [UInt8]
    private let start: Int
    private let isOutOfStep: Bool

    init(_ bytes: [UInt8], from start: Int, isOutOfStep: Bool) {
        self.bytes = bytes
        self.start = start
        self.isOutOfStep = isOutOfStep
    }

    /// What to hide in `shown`, a part of one line.
    func ranges(in shown: Range<Int>) -> [Range<Int>] {
        var lexer = Lexer(bytes, from: max(0, min(start, bytes.count)))
        var hidden: [Range<Int>] = []
        // A line may begin in an earlier statement: of that only the words are shown.
        if shown.lowerBound < start {
            hidden += wordsOnly(shown.lowerBound..<min(start, shown.upperBound))
        }
        var expectation = Expectation.anything
        var token = lexer.next()
        while token.kind != .end, token.start < shown.upperBound {
            var range = token.range
            if token.kind == .unterminatedString { range = token.start..<bytes.count }
            if hides(token, expectation) {
                // An unreadable key may go on behind blanks and delimiters.
                if expectation == .key, !isWellFormedKey(token) { range = token.start..<endOfLine(token.start) }
                hidden.append(range)
                while token.end < range.upperBound, token.kind != .end { token = lexer.next() }
            }
            expectation = following(token, expectation)
            token = lexer.next()
        }
        return hidden.compactMap { range in
            let clamped = range.clamped(to: shown)
            return clamped.isEmpty ? nil : clamped
        }
    }

    /// What may follow a token.
    private enum Expectation {
        case anything
        case algorithm
        case key
        case label
    }

    private func following(_ token: Token, _ expectation: Expectation) -> Expectation {
        guard token.kind == .word else { return token.kind == .comma ? expectation : .anything }
        switch keyword(token.range) {
        case .encryption, .integrity: return .algorithm
        case .include, .context: return .label
        default: break
        }
        if expectation == .algorithm { return .key }
        return expectation == .label && isNumber(token.range) ? .label : .anything
    }

    private func hides(_ token: Token, _ expectation: Expectation) -> Bool {
        switch token.kind {
        case .string, .unterminatedString: return expectation != .label || isOutOfStep
        case .word: break
        case .invalid: return expectation == .key || isOutOfStep
        default: return false
        }
        if keyword(token.range) != nil { return false }
        if expectation == .key { return isOutOfStep || !isCredential(token.range) }
        if looksLikeKey(token.range) { return true }
        return isOutOfStep && !isHarmless(token.range)
    }

    private func isWellFormedKey(_ token: Token) -> Bool {
        guard token.kind == .word else { return token.kind == .string }
        let hasPrefix = bytes[token.range].starts(with: [48, 120]) || bytes[token.range].starts(with: [48, 88])
        let rest = bytes[token.range].dropFirst(hasPrefix ? 2 : 0)
        return bytes[token.start] == UInt8(ascii: "@") || rest.allSatisfy { $0.hexadecimalDigitValue != nil }
    }

    /// More hexadecimal digits than an SPI has behind `0x`, or without it more than ten, which a decimal number of 32
    /// bits has; lifetimes of 64 bits are given up.
    private func looksLikeKey(_ range: Range<Int>) -> Bool {
        let word = bytes[range]
        if word.starts(with: [48, 120]) || word.starts(with: [48, 88]) { return word.count > 10 }
        let digits = word.prefix { $0.hexadecimalDigitValue != nil }
        return digits.count == word.count && word.count >= 10 && (word.count > 10 || word.contains { $0 > 57 })
    }

    /// `@NAME` names a key, and is none.
    private func isCredential(_ range: Range<Int>) -> Bool {
        bytes[range.lowerBound] == UInt8(ascii: "@")
            && CredentialDirectory.isValidName(String(decoding: bytes[range.dropFirst()], as: UTF8.self))
    }

    private func isHarmless(_ range: Range<Int>) -> Bool {
        let algorithm = PackedWord(bytes, range).map {
            AlgorithmWord.encryption[$0] != nil || AlgorithmWord.integrity[$0] != nil
        }
        return algorithm ?? false || isNumber(range) || IPAddress(parsing: bytes[range]) != nil
    }

    private func isNumber(_ range: Range<Int>) -> Bool {
        range.count <= 5 && bytes[range].allSatisfy { (48...57).contains($0) }
    }

    private func keyword(_ range: Range<Int>) -> Keyword? {
        PackedWord(bytes, range).flatMap { Keyword.table[$0] }
    }

    /// Everything in `range` but words of the language.
    private func wordsOnly(_ range: Range<Int>) -> [Range<Int>] {
        var hidden: [Range<Int>] = []
        var index = range.lowerBound
        while index < range.upperBound {
            let end = bytes[index..<range.upperBound].firstIndex { $0 <= 32 || $0 == 59 } ?? range.upperBound
            if end > index, keyword(index..<end) == nil, !isHarmless(index..<end) { hidden.append(index..<end) }
            index = end + 1
        }
        return hidden
    }

    private func endOfLine(_ offset: Int) -> Int {
        bytes[offset...].firstIndex(of: 10) ?? bytes.count
    }
}
