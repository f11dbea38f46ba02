/// How far a text that is still being typed or sent has come.
package struct CompleteStatements {
    /// Where its last complete statement ends, behind the `;`; where the search began, if there is none.
    package private(set) var end: Int
    /// Whether that statement is `exit`, `quit` or `bye`: what follows it does not count.
    package private(set) var endsInput = false
    /// Whether one of these words, its `;` still missing, is all that follows ``end``.
    package private(set) var isFollowedByEndWord = false
    /// Whether anything but blanks and comments follows ``end``.
    package private(set) var isFollowedByText = false

    /// - Parameter start: a byte where a statement may begin; what is before it is not looked at.
    package init(in bytes: [UInt8], from start: Int = 0) {
        end = start
        var lexer = Lexer(bytes, from: start)
        while !endsInput {
            let token = lexer.next()
            switch token.kind {
            case .end: return
            case .semicolon:
                end = token.end
                endsInput = isFollowedByEndWord
                (isFollowedByEndWord, isFollowedByText) = (false, false)
            default:
                isFollowedByEndWord = !isFollowedByText && Self.isEndWord(token, bytes)
                isFollowedByText = true
            }
        }
    }

    private static func isEndWord(_ token: Token, _ bytes: [UInt8]) -> Bool {
        guard token.kind == .word, let word = PackedWord(bytes, token.range) else { return false }
        switch Keyword.table[word] {
        case .exit, .quit, .bye: return true
        default: return false
        }
    }
}
