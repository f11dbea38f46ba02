extension StatementParser {
    /// An error of the statement.
    @inline(__always)
    func failure(_ range: Range<Int>, _ message: String, _ advice: String = "") -> Diagnostic {
        Diagnostic(.error, at: range, message, advice: advice)
    }

    /// The error of a token that is not what is wanted; it does not repeat the token, which may be a key.
    mutating func unexpected(_ wanted: String, _ advice: String = "") -> Diagnostic {
        switch current.kind {
        case .unterminatedString:
            failure(
                current.range, "a quote is not closed before the end of the text",
                "write '\"' after the last character")
        case .invalid: invalidCharacter()
        case .end, .semicolon: failure(current.range, "\(wanted) is missing", advice)
        default:
            if isStartOfStatementOnNewLine {
                failure(
                    previousEnd..<previousEnd, "\(wanted) is missing",
                    advice.isEmpty ? "write it before the next statement" : advice)
            } else if isAtTime {
                misplacedTime()
            } else {
                failure(current.range, "\(wanted) is expected here", advice)
            }
        }
    }

    /// The error of the character that no text may have here.
    mutating func invalidCharacter() -> Diagnostic {
        let byte = text[current.start]
        if byte == 0 { return failure(current.range, "a NUL byte", "remove it, or check that this is a text file") }
        guard byte >= 0x80 else {
            return failure(current.range, "a control character (0x\(String(byte, radix: 16)))", "remove it")
        }
        guard current.range.count > 1 else {
            return failure(current.range, "a byte that is not UTF-8", "save the text as UTF-8")
        }
        return failure(current.range, "a character that is not ASCII", "such characters belong in comments and strings")
    }
}
