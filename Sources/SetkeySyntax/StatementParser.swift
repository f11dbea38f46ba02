import IPsec

/// The parser of statements: the grammar is in its extensions.
///
/// It is lent the text, and cannot be copied: a byte of the text is a load, and a call hands on nothing but its place.
/// To this end what it calls in its extensions is `mutating` even where it changes nothing, or is inlined: what a call
/// only borrows, the compiler puts into a place of its own.
struct StatementParser: ~Copyable, ~Escapable {
    /// Behind so many characters that no text has, the rest is not looked at: this is some other kind of file.
    private static let invalidLimit = 20

    /// What is known between two statements.
    struct State {
        var place = Lexer.Place()
        /// Whether nothing behind ``place`` is read.
        var isAtEnd = false
        /// Whether what follows may be the rest of a key that was cut; until a statement is good again.
        var isOutOfStep = false
        var errorCount = 0
        var warningCount = 0
        var credentialCount = 0
        var foreignCommentCount = 0
        /// How many statements were good by ``ParserOptions/richerTraits`` alone.
        var richerCount = 0
        fileprivate var invalidCount = 0
    }

    let text: Span<UInt8>
    private var sharedOptions: SharedOptions
    private(set) var lexer: Lexer
    /// What is known behind the statement, but for the place of the lexer.
    private var known: State
    /// The token under consideration; at the end of a statement its `;`.
    private(set) var current = Token(kind: .semicolon, start: 0, end: 0)
    /// Where the token before ``current`` ended: where something missing is missing.
    private(set) var previousEnd = 0
    private var statementStart = 0
    /// Whether an error in the statement has been recorded, so that only further errors are wanted of it.
    private(set) var hasFailed = false
    /// Whether a key is written in the statement.
    private var hasWrittenKey = false
    /// When the statement says that it holds; `nil` where it does not.
    var validity: WrittenValidity?
    /// The keys of the statement that are not written in it, in its order.
    private(set) var credentials: [KeyMaterial] = []
    /// What was found on the way to the statement, as far as it is wanted.
    private(set) var diagnostics: [Diagnostic] = []

    @_lifetime(copy text)
    init(_ text: Span<UInt8>, _ options: SharedOptions, _ state: State) {
        self.text = text
        sharedOptions = options
        lexer = Lexer(text, at: state.place)
        known = state
    }

    var options: ParserOptions { sharedOptions.values }

    /// What the parser of the next statement begins with.
    var state: State {
        var state = known
        state.place = lexer.place
        return state
    }

    /// The next good statement; `nil` at the end. What was wrong before it is in ``diagnostics``.
    mutating func next() -> Statement? {
        if lexer.place.offset == 0, !known.isAtEnd, text.looksLikeUTF16 { refuseUTF16() }
        while !known.isAtEnd {
            let (beginning, token, diagnosticCount) = (state, current, diagnostics.count)
            if let statement = attempt() { return statement }
            guard hasFailed, let richer = sharedOptions.richer else { continue }
            let ordinary = sharedOptions
            (sharedOptions, known, current) = (richer, beginning, token)
            lexer = Lexer(text, at: beginning.place)
            diagnostics.removeSubrange(diagnosticCount...)
            let statement = attempt()
            sharedOptions = ordinary
            guard let statement else { continue }
            known.richerCount += 1
            return statement
        }
        return nil
    }

    /// Parses what comes next; `nil` if that is no good statement. If it is a bad one, it ``hasFailed``.
    private mutating func attempt() -> Statement? {
        advance()
        statementStart = current.start
        hasFailed = false
        hasWrittenKey = false
        validity = nil
        if !credentials.isEmpty { credentials = [] }
        switch current.kind {
        case .semicolon: break
        case .end: known.isAtEnd = true
        case .invalid: skipInvalid()
        default:
            do throws(Diagnostic) {
                let word = keyword
                let kind = try parseStatement()
                let validity = try checkedValidity(of: word)
                guard !hasFailed else { break }
                if word?.endsText == true { known.isAtEnd = true }
                known.isOutOfStep = false
                // Only `exit` may lack its ';'.
                let end = current.kind == .semicolon ? current.end : previousEnd
                return Statement(
                    kind, range: statementStart..<end, containsKey: hasWrittenKey, validity: validity)
            } catch {
                note(error)
                recover()
            }
        }
        return nil
    }

    private mutating func refuseUTF16() {
        known.isAtEnd = true
        report(failure(0..<2, "this text is UTF-16", "save it as UTF-8"))
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
        current.keyword = keyword(in: current.range)
        current.isHexadecimal = false
        lexer.rewind(to: end)
    }

    /// The keyword that the current token is.
    var keyword: Keyword? { current.keyword }

    /// The keyword that the word at `range` is.
    @inline(__always)
    func keyword(in range: Range<Int>) -> Keyword? {
        Keyword(text, range)
    }

    /// The bytes at `range`.
    @inline(__always) @_lifetime(copy self)
    func bytes(_ range: Range<Int>) -> Span<UInt8> {
        text.extracting(range)
    }

    /// A copy of the bytes at `range`, for what is rare.
    mutating func copy(_ range: Range<Int>) -> [UInt8] {
        range.map { text[$0] }
    }

    /// Where `byte` first is in `range`.
    @inline(__always)
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        text.firstIndex(of: byte, in: range)
    }

    /// Steps over `keyword` if it stands here.
    mutating func skip(_ keyword: Keyword) -> Bool {
        guard self.keyword == keyword else { return false }
        advance()
        return true
    }

    /// The current token, which must be a word, and steps over it.
    @inline(__always)
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
    mutating func expectEnd(_ follows: @autoclosure () -> String) throws(Diagnostic) {
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
        return bytes(previousEnd..<current.start).contains(10)
    }

    // MARK: What was met

    mutating func noteWrittenKey() {
        hasWrittenKey = true
    }

    mutating func noteCredential() {
        known.credentialCount += 1
    }

    /// Keeps the key that a credential has, for the SA that it will be in; gives its place in ``credentials``.
    mutating func keep(_ credential: KeyMaterial) -> Int {
        credentials.append(credential)
        return credentials.count - 1
    }

    /// Nothing but words of the language is shown until a statement is good again.
    mutating func loseStep() {
        known.isOutOfStep = true
    }

    /// Whether what follows may be the rest of a key that was cut.
    var isOutOfStep: Bool { known.isOutOfStep }

    /// Records an error, and goes on in the statement to find others.
    mutating func note(_ error: Diagnostic) {
        report(error)
        hasFailed = true
    }

    /// A warning; its texts are made only where they are kept.
    mutating func warn(
        _ range: Range<Int>, _ message: @autoclosure () -> String, _ advice: @autoclosure () -> String = ""
    ) {
        guard known.warningCount < options.diagnosticLimit else { return known.warningCount += 1 }
        report(Diagnostic(.warning, at: range, message(), advice: advice()))
    }

    /// A warning of a rule that has a name.
    mutating func remark(
        _ code: RuleCode, _ range: Range<Int>, _ message: @autoclosure () -> String,
        _ advice: @autoclosure () -> String
    ) {
        guard known.warningCount < options.diagnosticLimit else { return known.warningCount += 1 }
        report(Diagnostic(.warning, at: range, message(), advice: advice(), code: code))
    }

    /// One for the whole text is enough.
    private mutating func warnOfForeignComment() {
        guard let offset = lexer.takeForeignComment() else { return }
        known.foreignCommentCount += 1
        guard options.warns, known.foreignCommentCount == 1 else { return }
        let message = "this comment is not UTF-8, but perhaps Latin-1; comments are skipped, so nothing is lost"
        warn(offset..<offset + 1, message, "save the text as UTF-8")
    }

    private mutating func report(_ diagnostic: Diagnostic) {
        var diagnostic = diagnostic.severity == .error ? mended(diagnostic) : diagnostic
        diagnostic.statementStart = statementStart
        diagnostic.isOutOfStep = isOutOfStep || lexer.place.longStringCount > 0
        let count = diagnostic.severity == .error ? known.errorCount : known.warningCount
        if diagnostic.severity == .error { known.errorCount += 1 } else { known.warningCount += 1 }
        if known.errorCount >= options.errorLimit { known.isAtEnd = true }
        if count < options.diagnosticLimit { diagnostics.append(diagnostic) }
    }

    // MARK: Recovery

    /// Skips to the `;`, or to what looks like the next statement on a line of its own.
    private mutating func recover() {
        while current.kind != .semicolon, current.kind != .end {
            if current.start > statementStart, isStartOfStatementOnNewLine { return restart() }
            if current.kind == .invalid { noteInvalid() }
            advance()
        }
    }

    private mutating func skipInvalid() {
        report(invalidCharacter())
        noteInvalid()
        advance()
        // The character is dealt with; what follows is a statement of its own.
        restart()
    }

    /// Lets the next statement begin with the current token.
    private mutating func restart() {
        lexer.rewind(to: current.start)
        current = Token(kind: .semicolon, start: current.start, end: current.start)
    }

    private mutating func noteInvalid() {
        known.invalidCount += 1
        guard known.invalidCount == Self.invalidLimit else { return }
        report(
            failure(
                current.range, "too many characters that do not belong in a text", "check that this is a setkey file"))
        known.isAtEnd = true
    }
}
