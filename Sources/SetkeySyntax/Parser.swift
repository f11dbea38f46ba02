/// A streaming parser over bytes of any origin: linear time, no recursion, recovery at `;`.
///
/// A call of what does not change it would copy it, so what every statement calls, and is small but for its errors, is
/// inlined.
package struct Parser {
    /// Behind so many characters that no text has, the rest is not looked at: this is some other kind of file.
    private static let invalidLimit = 20

    let options: ParserOptions
    private(set) var lexer: Lexer
    /// The token under consideration; at the end of a statement its `;`.
    private(set) var current = Token(kind: .semicolon, start: 0, end: 0)
    /// Where the token before ``current`` ended: where something missing is missing.
    private(set) var previousEnd = 0
    private var statementStart = 0
    private var invalidCount = 0
    private var isAtEnd = false
    private var isUTF16: Bool
    /// Whether what follows may be the rest of a key that was cut; until a statement is good again.
    var isOutOfStep = false
    private var credentialCount = 0
    private var foreignCommentCount = 0
    /// Whether an error in the statement has been recorded, so that only further errors are wanted of it.
    var hasFailed = false
    /// Whether a key is written in the statement.
    private var hasWrittenKey = false

    /// What was found so far, in the order of the text; at most ``ParserOptions/diagnosticLimit`` of each severity.
    package private(set) var diagnostics: [Diagnostic] = []
    /// All errors, those not kept included.
    package private(set) var errorCount = 0
    /// All warnings, those not kept included.
    package private(set) var warningCount = 0

    package init(_ text: SourceText, options: ParserOptions = ParserOptions()) {
        self.init(text.bytes, options: options)
    }

    package init(_ bytes: [UInt8], options: ParserOptions = ParserOptions()) {
        self.options = options
        lexer = Lexer(bytes)
        isUTF16 = Self.looksLikeUTF16(bytes)
    }

    var bytes: [UInt8] { lexer.bytes }

    /// The next good statement; `nil` at the end. What was wrong before it is in ``diagnostics``.
    package mutating func next() -> Statement? {
        guard !isUTF16 else { return refuseUTF16() }
        while !isAtEnd {
            if current.kind == .semicolon { advance() }
            statementStart = current.start
            hasFailed = false
            hasWrittenKey = false
            switch current.kind {
            case .semicolon: continue
            case .end: isAtEnd = true
            case .invalid: skipInvalid()
            default:
                do {
                    let kind = try parseStatement()
                    guard !hasFailed else { continue }
                    if case .end = kind { isAtEnd = true }
                    isOutOfStep = false
                    // Only `exit` may lack its ';'.
                    let end = current.kind == .semicolon ? current.end : previousEnd
                    return Statement(kind, range: statementStart..<end, containsKey: hasWrittenKey)
                } catch {
                    record(error)
                    recover()
                }
            }
        }
        return nil
    }

    /// A byte order mark, or a NUL beside each of the first characters.
    private static func looksLikeUTF16(_ bytes: [UInt8]) -> Bool {
        if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) { return true }
        guard bytes.count >= 4 else { return false }
        return (bytes[0] == 0) != (bytes[1] == 0) && (bytes[0] == 0) == (bytes[2] == 0)
            && (bytes[1] == 0) == (bytes[3] == 0)
    }

    private mutating func refuseUTF16() -> Statement? {
        guard !isAtEnd else { return nil }
        isAtEnd = true
        record(failure(0..<2, "this text is UTF-16", "save it as UTF-8"))
        return nil
    }

    // MARK: Tokens

    mutating func advance() {
        previousEnd = current.end
        current = lexer.next()
        if lexer.foreignComment != nil { warnOfForeignComment() }
    }

    /// Ends the current word at `end`; the rest of it is the next one.
    mutating func cut(to end: Int) {
        current.end = end
        current.keyword = Keyword(lexer.bytes.span, current.range)
        lexer.rewind(to: end)
    }

    /// The keyword that the current token is.
    var keyword: Keyword? { current.keyword }

    /// Steps over `keyword` if it stands here.
    mutating func skip(_ keyword: Keyword) -> Bool {
        guard self.keyword == keyword else { return false }
        advance()
        return true
    }

    /// The current token, which must be a word, and steps over it.
    mutating func takeWord(
        _ wanted: @autoclosure () -> String, _ advice: @autoclosure () -> String = ""
    ) throws(Diagnostic) -> Range<Int> {
        guard current.kind == .word else { throw unexpected(wanted(), advice()) }
        let range = current.range
        advance()
        return range
    }

    /// Stands on the `;` that ends the statement, or throws.
    @inline(__always)
    func expectEnd(_ follows: @autoclosure () -> String) throws(Diagnostic) {
        guard current.kind != .semicolon else { return }
        if current.kind == .end || isStartOfStatementOnNewLine {
            let message = "';' is missing at the end of the statement"
            throw failure(previousEnd..<previousEnd, message, "put ';' here")
        }
        throw unexpected(follows())
    }

    /// Whether the current token is most likely the beginning of the next statement, its `;` forgotten.
    var isStartOfStatementOnNewLine: Bool {
        guard let keyword, keyword.beginsStatement else { return false }
        return bytes[previousEnd..<current.start].contains(10)
    }

    // MARK: Reuse

    /// What was met so far.
    struct Tally {
        var warnings: Int
        var longStrings: Int
        var credentials: Int
        var foreignComments: Int

        static func - (left: Tally, right: Tally) -> Tally {
            Tally(
                warnings: left.warnings - right.warnings, longStrings: left.longStrings - right.longStrings,
                credentials: left.credentials - right.credentials,
                foreignComments: left.foreignComments - right.foreignComments)
        }
    }

    var tally: Tally {
        Tally(
            warnings: warningCount, longStrings: lexer.longStringCount, credentials: credentialCount,
            foreignComments: foreignCommentCount)
    }

    mutating func noteWrittenKey() {
        hasWrittenKey = true
    }

    mutating func noteCredential() {
        credentialCount += 1
    }

    /// Steps over the statement that comes next, as if it had been parsed; false where it must be.
    mutating func pass(_ effects: ReadStatement.Effects, over range: Range<Int>) -> Bool {
        // A credential may have changed. Warnings were only counted; for the few that are kept the text is there.
        guard !effects.namesCredential, !effects.hasForeignComment,
            effects.warningCount == 0 || warningCount >= options.diagnosticLimit
        else { return false }
        warningCount += effects.warningCount
        lexer.pass(to: range.upperBound, hasLongString: effects.hasLongString)
        statementStart = range.lowerBound
        current = Token(kind: .semicolon, start: range.upperBound - 1, end: range.upperBound)
        isOutOfStep = false
        isAtEnd = effects.endsText
        return true
    }

    // MARK: Diagnostics

    func failure(_ range: Range<Int>, _ message: String, _ advice: String = "") -> Diagnostic {
        Diagnostic(.error, at: range, message, advice: advice, statementStart: statementStart)
    }

    /// The error of a token that is not what is wanted; it does not repeat the token, which may be a key.
    func unexpected(_ wanted: String, _ advice: String = "") -> Diagnostic {
        switch current.kind {
        case .unterminatedString:
            failure(
                current.range, "a quote is not closed before the end of the text",
                "write '\"' after the last character")
        case .invalid: invalidCharacter
        case .end, .semicolon: failure(current.range, "\(wanted) is missing", advice)
        default:
            if isStartOfStatementOnNewLine {
                failure(
                    previousEnd..<previousEnd, "\(wanted) is missing",
                    advice.isEmpty ? "write it before the next statement" : advice)
            } else {
                failure(current.range, "\(wanted) is expected here", advice)
            }
        }
    }

    private var invalidCharacter: Diagnostic {
        let byte = bytes[current.start]
        if byte == 0 { return failure(current.range, "a NUL byte", "remove it, or check that this is a text file") }
        guard byte >= 0x80 else {
            return failure(current.range, "a control character (0x\(String(byte, radix: 16)))", "remove it")
        }
        guard current.range.count > 1 else {
            return failure(current.range, "a byte that is not UTF-8", "save the text as UTF-8")
        }
        return failure(current.range, "a character that is not ASCII", "such characters belong in comments and strings")
    }

    /// Nothing but words of the language is shown until a statement is good again.
    mutating func loseStep() {
        isOutOfStep = true
    }

    mutating func warn(_ range: Range<Int>, _ message: String, _ advice: String = "") {
        record(Diagnostic(.warning, at: range, message, advice: advice, statementStart: statementStart))
    }

    /// A warning of a rule that has a name.
    mutating func remark(_ code: RuleCode, _ range: Range<Int>, _ message: String, _ advice: String) {
        record(Diagnostic(code, at: range, message, advice: advice, statementStart: statementStart))
    }

    /// One for the whole text is enough.
    private mutating func warnOfForeignComment() {
        guard let offset = lexer.takeForeignComment() else { return }
        foreignCommentCount += 1
        guard options.warns, foreignCommentCount == 1 else { return }
        let message = "this comment is not UTF-8, but perhaps Latin-1; comments are skipped, so nothing is lost"
        warn(offset..<offset + 1, message, "save the text as UTF-8")
    }

    mutating func record(_ diagnostic: Diagnostic) {
        var diagnostic = diagnostic.severity == .error ? mended(diagnostic) : diagnostic
        diagnostic.isOutOfStep = isOutOfStep || lexer.longStringCount > 0
        let count = diagnostic.severity == .error ? errorCount : warningCount
        if diagnostic.severity == .error { errorCount += 1 } else { warningCount += 1 }
        if errorCount >= options.errorLimit { isAtEnd = true }
        if count < options.diagnosticLimit { diagnostics.append(diagnostic) }
    }

    // MARK: Recovery

    /// Skips to the `;`, or to what looks like the next statement on a line of its own.
    private mutating func recover() {
        while current.kind != .semicolon, current.kind != .end {
            if current.start > statementStart, isStartOfStatementOnNewLine {
                return restartAtCurrent()
            }
            if current.kind == .invalid { noteInvalid() }
            advance()
        }
    }

    private mutating func skipInvalid() {
        record(invalidCharacter)
        noteInvalid()
        advance()
        // The character is dealt with; what follows is a statement of its own.
        if current.kind != .end { restartAtCurrent() }
    }

    private mutating func restartAtCurrent() {
        guard current.kind != .semicolon else { return }
        lexer.rewind(to: current.start)
        current = Token(kind: .semicolon, start: current.start, end: current.start)
    }

    private mutating func noteInvalid() {
        invalidCount += 1
        guard invalidCount == Self.invalidLimit else { return }
        record(
            failure(
                current.range, "too many characters that do not belong in a text", "check that this is a setkey file"))
        isAtEnd = true
    }
}
