extension SourceText {
    /// A part of the text that begins with a token and ends with one, without the comments in it: keys may stand in these.
    package func withoutComments(_ range: Range<Int>) -> [UInt8] {
        var output: [UInt8] = []
        var end = range.lowerBound
        forEachToken(in: range) { token in
            appendBlanks(end..<token.start, to: &output)
            output += bytes[token.range]
            end = token.end
        }
        return output
    }

    /// What the text calls the credentials that it names by `@NAME`.
    package var credentialNames: Set<String> {
        var names: Set<String> = []
        forEachToken(in: 0..<bytes.count) { token in
            guard token.kind == .word, bytes[token.start] == UInt8(ascii: "@") else { return }
            names.insert(String(decoding: bytes[token.range].dropFirst(), as: UTF8.self))
        }
        return names
    }

    private func forEachToken(in range: Range<Int>, _ body: (Token) -> Void) {
        let text = bytes
        var lexer = Lexer(text.span, at: Lexer.Place(range.lowerBound))
        while true {
            let token = lexer.next()
            guard token.kind != .end, token.end <= range.upperBound else { return }
            body(token)
        }
    }

    /// What is between two tokens: a line that is nothing but a comment goes with it.
    private func appendBlanks(_ gap: Range<Int>, to output: inout [UInt8]) {
        var isInComment = false
        for byte in bytes[gap] {
            if byte == UInt8(ascii: "#"), !isInComment {
                isInComment = true
                while let last = output.last, last == 32 || last == 9 { output.removeLast() }
            }
            if isInComment {
                guard byte == 10 else { continue }
                isInComment = false
                if output.last == 10 { continue }
            }
            output.append(byte)
        }
    }
}
