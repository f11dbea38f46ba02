/// What a loader has read, for a later one of the same files, which then parses only what was changed.
///
/// It holds all statements in full, for a daemon that reads its file again and again, and of the texts only digests, so
/// that a key that stands in them has no second copy.
package struct ReadSources: Sendable {
    /// `nil` where nothing was read.
    private let options: ParserOptions?
    private var sources: [String: ReadSource] = [:]

    /// Nothing, for the first reading.
    package init() {
        options = nil
    }

    init(options: ParserOptions) {
        self.options = options
    }

    /// The source that was read at a path, by whatever name the includes gave it.
    subscript(path: String) -> ReadSource? {
        get { sources[path] }
        set { sources[path] = newValue }
    }

    /// What is still true by other options: everything or nothing.
    func usable(with options: ParserOptions) -> ReadSources {
        self.options?.understandsAlike(options) == true ? self : ReadSources()
    }
}

/// One text without an error, and what was found in it; perhaps not to its end, which an `exit` elsewhere cuts off.
struct ReadSource: Sendable {
    let byteCount: Int
    let statements: [ReadStatement]
    /// Of what follows the last statement.
    let rest: TextDigest
}

/// A good statement, and what its parsing did beside it.
struct ReadStatement: Sendable {
    let statement: Statement
    /// Of its text, together with all that stands between it and the one before it.
    let digest: TextDigest
    let effects: Effects

    /// What a parser that passes over the statement has to make up for.
    struct Effects: Sendable {
        /// They are counted and not kept: they may be more than anybody is shown.
        private let warnings: UInt32
        let hasLongString: Bool
        /// Whether the statement depends on more than its text.
        let namesCredential: Bool
        /// Whether a comment before it or in it is not UTF-8: of all such, the first of the text is warned of.
        let hasForeignComment: Bool
        /// Whether it is good by ``ParserOptions/richerTraits`` alone.
        let needsRicherTraits: Bool
        /// Whether it is an `exit`.
        let endsText: Bool

        /// - Parameter parsing: what the parser met within the statement.
        init(of kind: Statement.Kind, parsing: Parser.Tally) {
            warnings = UInt32(clamping: parsing.warnings)
            hasLongString = parsing.longStrings > 0
            namesCredential = parsing.credentials > 0
            hasForeignComment = parsing.foreignComments > 0
            needsRicherTraits = parsing.richerStatements > 0
            endsText = if case .end = kind { true } else { false }
        }

        var warningCount: Int { Int(warnings) }
    }
}
