// Several mistakes in one statement are all reported, as far as one does not follow from another.

extension Parser {
    /// Records an error, and goes on in the statement to find others.
    mutating func note(_ error: Diagnostic) {
        record(error)
        hasFailed = true
    }

    /// What `parse` makes of the word at `range`; its error is noted, and `other` takes the place of the value. A word
    /// of the language is where something else is missing: behind it nothing is sure, and the error is thrown.
    mutating func noting<Value>(
        _ range: Range<Int>, else other: Value, _ parse: (inout Parser) throws(Diagnostic) -> Value
    ) throws(Diagnostic) -> Value {
        do throws(Diagnostic) {
            return try parse(&self)
        } catch {
            guard Keyword(lexer.bytes.span, range) == nil, !isOutOfStep else { throw error }
            note(error)
            return other
        }
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
    func mended(_ diagnostic: Diagnostic) -> Diagnostic {
        let word = bytes[diagnostic.range.clamped(to: 0..<bytes.count)]
        guard let first = word.first, word.count > 1, !word.elementsEqual("<hidden>".utf8) else { return diagnostic }
        switch first {
        case UInt8(ascii: "<"):
            return failure(diagnostic.range, "this is a placeholder", "write your own value in its place")
        case UInt8(ascii: "$"):
            let advice = "write the value, or let the shell fill it in"
            return failure(diagnostic.range, "setkey knows no variables", advice)
        default: return diagnostic
        }
    }
}
