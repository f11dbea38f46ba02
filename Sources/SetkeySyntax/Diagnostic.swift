/// One remark about a text: what is wrong, where, and what to do about it. It never holds key bytes.
package struct Diagnostic: Error, Hashable, Sendable {
    /// How bad it is; only errors keep a text from being applied.
    package enum Severity: Hashable, Sendable {
        /// Nothing of the text is applied.
        case error
        /// Legal, and probably a mistake.
        case warning
        /// Points at a second place that an error speaks of.
        case note
    }

    /// Whether it keeps the text from being applied.
    package let severity: Severity
    /// Byte offsets in the source text; empty where something is missing.
    package let range: Range<Int>
    /// What is wrong.
    package let message: String
    /// What to do; empty where the message says it all.
    package let advice: String
    /// The rule that it is a remark of; `nil` where none has a name.
    package let code: RuleCode?
    /// Where the statement begins that this is about: from here on the text can be read again, to mask its keys.
    package var statementStart: Int
    /// Whether quotes may have got out of step before here, so that what looks like a word may be part of a key.
    package var isOutOfStep: Bool

    /// - Parameter statementStart: `nil` stands for the start of `range`, right where that is a whole statement's.
    package init(
        _ severity: Severity = .error, at range: Range<Int>, _ message: String, advice: String = "",
        code: RuleCode? = nil, statementStart: Int? = nil
    ) {
        self.severity = severity
        self.range = range
        self.message = message
        self.advice = advice
        self.code = code
        self.statementStart = statementStart ?? range.lowerBound
        isOutOfStep = false
    }
}

extension Diagnostic.Severity {
    /// The word in front of a message.
    package var word: StaticString {
        switch self {
        case .error: "error"
        case .warning: "warning"
        case .note: "note"
        }
    }
}
