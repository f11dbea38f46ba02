/// A streaming parser over bytes of any origin: linear time, no recursion, recovery at `;`.
///
/// It keeps the text and what is known between two statements; a ``StatementParser`` is lent them for one, or for all.
package struct Parser {
    /// What was met so far.
    struct Tally {
        var warnings = 0
        var longStrings = 0
        var credentials = 0
        var foreignComments = 0
        var richerStatements = 0

        static func - (left: Tally, right: Tally) -> Tally {
            Tally(
                warnings: left.warnings - right.warnings, longStrings: left.longStrings - right.longStrings,
                credentials: left.credentials - right.credentials,
                foreignComments: left.foreignComments - right.foreignComments,
                richerStatements: left.richerStatements - right.richerStatements)
        }
    }

    let bytes: [UInt8]
    private let options: SharedOptions
    private var state = StatementParser.State()

    /// What was found so far, in the order of the text; at most ``ParserOptions/diagnosticLimit`` of each severity.
    package private(set) var diagnostics: [Diagnostic] = []
    /// All errors, those not kept included.
    package var errorCount: Int { state.errorCount }
    /// All warnings, those not kept included.
    package var warningCount: Int { state.warningCount }
    /// Whether a statement so far is good by ``ParserOptions/richerTraits`` alone.
    package var needsRicherTraits: Bool { state.richerCount > 0 }

    package init(_ text: SourceText, options: ParserOptions = ParserOptions()) {
        self.init(text.bytes, options: options)
    }

    package init(_ bytes: [UInt8], options: ParserOptions = ParserOptions()) {
        self.bytes = bytes
        self.options = SharedOptions(options)
    }

    /// The next good statement; `nil` at the end. What was wrong before it is in ``diagnostics``.
    package mutating func next() -> Statement? { parse { $0.next() } }

    /// All good statements that follow. What was wrong between them is in ``diagnostics``.
    package mutating func rest() -> [Statement] {
        parse { parser in
            var statements: [Statement] = []
            while let statement = parser.next() { statements.append(statement) }
            return statements
        }
    }

    /// Lends a parser of statements what is known, and takes it back.
    @inline(__always)
    private mutating func parse<Result>(_ body: (inout StatementParser) -> Result) -> Result {
        let (result, newState, found) = Self.parse(bytes.span, options, state, body)
        state = newState
        if !found.isEmpty { diagnostics += found }
        return result
    }

    @inline(__always)
    private static func parse<Result>(
        _ text: Span<UInt8>, _ options: SharedOptions, _ state: StatementParser.State,
        _ body: (inout StatementParser) -> Result
    ) -> (Result, StatementParser.State, [Diagnostic]) {
        var parser = StatementParser(text, options, state)
        let result = body(&parser)
        return (result, parser.state, parser.diagnostics)
    }

    // MARK: Reuse

    var tally: Tally {
        Tally(
            warnings: state.warningCount, longStrings: state.place.longStringCount, credentials: state.credentialCount,
            foreignComments: state.foreignCommentCount, richerStatements: state.richerCount)
    }

    /// Steps over the statement that comes next, as if it had been parsed; false where it must be.
    mutating func pass(_ effects: ReadStatement.Effects, over range: Range<Int>) -> Bool {
        // A credential may have changed. Warnings were only counted; for the few that are kept the text is there.
        guard !effects.namesCredential, !effects.hasForeignComment,
            effects.warningCount == 0 || warningCount >= options.values.diagnosticLimit
        else { return false }
        state.warningCount += effects.warningCount
        if effects.needsRicherTraits { state.richerCount += 1 }
        state.place.pass(to: range.upperBound, hasLongString: effects.hasLongString)
        state.isOutOfStep = false
        state.isAtEnd = effects.endsText
        return true
    }
}

/// The options of a parser in one reference, which costs each lending one retain.
final class SharedOptions: Sendable {
    let values: ParserOptions
    /// With the traits by which a statement is read that those of ``values`` rule out.
    let richer: SharedOptions?

    init(_ values: ParserOptions) {
        self.values = values
        richer = values.richerTraits.map { traits in
            var richer = values
            richer.traits = traits
            richer.richerTraits = nil
            return SharedOptions(richer)
        }
    }
}
