// Several mistakes in one statement are all reported, as far as one does not follow from another.

extension StatementParser {
    /// Notes what is wrong with the word at `range`, for which another value is to be taken. A word of the language is
    /// where something else is missing: behind it nothing is sure, and the error is thrown.
    mutating func note(_ error: Diagnostic, ofWordAt range: Range<Int>) throws(Diagnostic) {
        guard keyword(in: range) == nil, !isOutOfStep else { throw error }
        note(error)
    }

    /// Skips to what looks like the next clause of an SA, or to the end of the statement.
    mutating func skipToClause() {
        while current.kind != .semicolon, current.kind != .end, current.kind != .invalid,
            current.kind != .unterminatedString, !isStartOfStatementOnNewLine
        {
            if let keyword, keyword.beginsClause { return }
            advance()
        }
    }

    /// What goes wrong where a word is that somebody forgot to fill in, is just that.
    mutating func mended(_ diagnostic: Diagnostic) -> Diagnostic {
        let word = bytes(diagnostic.range.clamped(to: 0..<text.count))
        guard word.count > 1, !Self.isHidden(word) else { return diagnostic }
        switch word[0] {
        case UInt8(ascii: "<"):
            return failure(diagnostic.range, "this is a placeholder", "write your own value in its place")
        case UInt8(ascii: "$"):
            let advice = "write the value, or let the shell fill it in"
            return failure(diagnostic.range, "setkey knows no variables", advice)
        default: return diagnostic
        }
    }
}
