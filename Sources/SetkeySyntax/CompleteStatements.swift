/// How far a text that is still being typed or sent has come.
package struct CompleteStatements {
    /// Where its last complete statement ends, behind the `;`; where the search began, if there is none.
    package private(set) var end: Int
    /// Whether that statement is `exit`, `quit` or `bye`, which may lack its `;` at the end of a line: what follows it
    /// does not count.
    package private(set) var endsInput = false
    /// Whether anything but blanks and comments follows ``end``.
    package private(set) var isFollowedByText = false

    /// - Parameter start: a byte where a statement may begin; what is before it is not looked at.
    package init(in bytes: [UInt8], from start: Int = 0) {
        end = start
        var lexer = Lexer(bytes.span, at: Lexer.Place(start))
        // One of these words, if it is all that follows the last complete statement.
        var endWord: Token?
        while !endsInput {
            let token = lexer.next()
            if let word = endWord, token.kind != .semicolon, bytes[word.end..<token.start].contains(10) {
                end = word.end
                endsInput = true
                isFollowedByText = false
                return
            }
            switch token.kind {
            case .end: return
            case .semicolon:
                end = token.end
                endsInput = endWord != nil
                (endWord, isFollowedByText) = (nil, false)
            default:
                endWord = !isFollowedByText && token.keyword?.endsText == true ? token : nil
                isFollowedByText = true
            }
        }
    }
}
