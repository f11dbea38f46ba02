import SetkeySyntax
import Testing

@Suite struct CompleteStatementsTests {
    @Test(arguments: [
        ("", 0), ("flush", 0), ("flush;", 6), ("flush; dump", 6), ("flush;\ndump ; \n", 13), (";;", 2),
        ("# a; comment", 0), ("flush # ;\n", 0), ("flush # ;\n;", 11), ("add \"a;b\"", 0), ("add \"a;b\" ;", 11),
        ("add \"open; dump;", 0), ("\u{feff}dump;", 8),
    ]) func endIsBehindTheLastSemicolonOutsideStringsAndComments(text: String, end: Int) {
        let complete = CompleteStatements(in: Array(text.utf8))
        #expect(complete.end == end)
        #expect(!complete.endsInput)
    }

    @Test(arguments: ["exit;", "quit ;", "flush;\n bye\n;", "# x\nexit;", "exit; more; text"])
    func endWordsEndTheInput(text: String) {
        let complete = CompleteStatements(in: Array(text.utf8))
        #expect(complete.endsInput)
        #expect(complete.end <= text.utf8.count && Array(text.utf8)[complete.end - 1] == UInt8(ascii: ";"))
    }

    @Test(arguments: ["exit\n", "flush; quit # x\r\n", "bye\nmore;", "exit\n\n"])
    func endWordsAloneOnTheirLineNeedNoSemicolon(text: String) {
        let complete = CompleteStatements(in: Array(text.utf8))
        #expect(complete.endsInput && !complete.isFollowedByText)
        #expect(Parsed(text).kinds.last.map { "\($0)" } == "end", "\(Parsed(text).headlines)")
    }

    @Test(arguments: [
        "exit", "exit now;", "exit now\n", "flush\nexit\n", "dump exit;", "\"exit\";", "exit# ;", "EXIT;", "exits;",
        "1 exit ;",
    ])
    func otherTextDoesNotEndTheInput(text: String) {
        #expect(!CompleteStatements(in: Array(text.utf8)).endsInput)
    }

    @Test func whatFollowsIsTold() {
        #expect(CompleteStatements(in: Array("dump; exit".utf8)).isFollowedByText)
        #expect(CompleteStatements(in: Array("dump; dump exit\n".utf8)).isFollowedByText)
        #expect(!CompleteStatements(in: Array("dump; # exit\n".utf8)).isFollowedByText)
    }

    /// However a text comes in pieces, its end is found as in one piece.
    @Test func searchGoesOnWhereTheLastOneCameTo() {
        let text = Array("# a;b\nadd \"x;y\" 1 ;dump ; # end; \"\nspdadd\n\"\n;\" ; quit ; flush ;".utf8)
        let whole = CompleteStatements(in: text)
        #expect(whole.endsInput)
        for length in 0...text.count {
            let head = CompleteStatements(in: Array(text[..<length]))
            guard !head.endsInput else {
                #expect(head.end == whole.end)
                continue
            }
            let rest = CompleteStatements(in: text, from: head.end)
            #expect(rest.endsInput && rest.end == whole.end, "\(length)")
        }
    }
}
