/// A diagnostic about a call's text.
package struct DiagnosticRecord: Codable, Hashable, Sendable {
    /// Whether it forbids to go on.
    package var severity: Word<DiagnosticSeverity>
    /// The caller's own file, as it was named; filled in by the client.
    package var file: String?
    /// The line of ``file`` in which it begins, from 1.
    package var line: Int?
    /// The column of ``line``, from 1.
    package var column: Int?
    /// Where it begins in the call's text, or in ``file``, in bytes of its UTF-8.
    package var offset: Int
    /// How many bytes it is about; 0 where it points between two.
    package var length: Int
    /// What is wrong.
    package var message: String
    /// What to do; may be empty.
    package var advice: String
    /// The name of the rule that it is a remark of; `nil` where none has a name.
    package var code: String?

    package init(
        severity: Word<DiagnosticSeverity>, offset: Int, length: Int, message: String, advice: String,
        code: String? = nil
    ) {
        self.severity = severity
        self.offset = offset
        self.length = length
        self.message = message
        self.advice = advice
        self.code = code
    }
}
