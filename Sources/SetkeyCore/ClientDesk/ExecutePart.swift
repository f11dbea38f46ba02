import ControlProtocol
import IPsec
import SetkeySyntax

/// One call of a run: a text, parsed whole, and what has become of its statements.
struct ExecutePart: Sendable {
    /// How it is executed, and whether another part follows; without the text.
    let parameters: ExecuteParameters
    /// What is wrong with the text; there are no statements then.
    let errors: [DiagnosticRecord]
    /// Whether the kernel interface in use cannot carry it, and the richer one can.
    let needsRicherInterface: Bool
    /// The number of its first statement in the run.
    let first: Int
    /// Why it is not executed, for another reason than its text.
    private(set) var refusal: ControlError?
    private var statements: [Statement] = []
    /// How many of them have been begun, or passed over.
    private var begun = 0
    /// Requests of it that have been given out, and have not ended.
    var inFlight = 0

    private(set) var executed = 0
    private var failures: [StatementFailure] = []
    private var warnings: [StatementFailure] = []
    /// Bytes of the failures, about.
    private(set) var failureSize = 0

    /// Parses the text of a call.
    ///
    /// - Parameters:
    ///   - parameters: the rest of it.
    ///   - first: the number of its first statement in the run.
    init(_ text: WireText, of parameters: ExecuteParameters, numberedFrom first: Int, options: ParserOptions) {
        self.parameters = parameters
        self.first = first
        var parser = Parser(text.bytes, options: options)
        let statements = parser.rest()
        needsRicherInterface = parser.errorCount == 0 && parser.needsRicherTraits
        if parser.errorCount > 0 {
            errors = parser.diagnostics.map(DiagnosticRecord.init)
        } else {
            errors = []
            self.statements = statements
        }
    }

    /// The number of the statement behind its last.
    var end: Int { first + statements.count }

    /// Whether a statement is left to be begun.
    var hasNext: Bool { begun < statements.count }

    /// The statement to begin next; only if there ``hasNext``.
    var next: Statement.Kind { statements[begun].kind }

    /// Its number in the run.
    var nextUnit: Int { first + begun }

    /// Begins it.
    mutating func beginNext() { begun += 1 }

    /// Passes over all statements that have not been begun.
    mutating func skipRest() { begun = statements.count }

    /// Whether it is not executed: for an error in its text, or another reason.
    var isRefused: Bool { refusal != nil || !errors.isEmpty }

    /// Does not execute it; nothing of it has been begun.
    mutating func refuse(_ refusal: ControlError) {
        self.refusal = refusal
        skipRest()
    }

    /// A statement has been executed, or could not be.
    mutating func endStatement() { executed += 1 }

    // MARK: What is said of statements

    mutating func note(failure operation: String, of unit: Int, errno: Int, reason: String) {
        let failure = remark(operation, of: unit, errno: errno, reason: reason)
        failures.append(failure)
        failureSize += 100 + failure.operation.utf8.count + reason.utf8.count
    }

    mutating func note(warning operation: String, of unit: Int, reason: String) {
        warnings.append(remark(operation, of: unit, errno: 0, reason: reason))
    }

    private func remark(_ operation: String, of unit: Int, errno: Int, reason: String) -> StatementFailure {
        let index = unit - first
        let range = statements.indices.contains(index) ? statements[index].range : 0..<0
        return StatementFailure(
            offset: range.lowerBound, length: range.count, operation: operation, errno: errno, reason: reason)
    }

    /// The beginning of a reply: what has become of statements since the one before.
    mutating func takeReply() -> ExecuteReply {
        var reply = ExecuteReply(executed: executed)
        if !failures.isEmpty { reply.failures = failures }
        if !warnings.isEmpty { reply.warnings = warnings }
        failures = []
        warnings = []
        failureSize = 0
        return reply
    }
}

extension DiagnosticRecord {
    init(_ diagnostic: Diagnostic) {
        self.init(
            severity: Word(rawValue: "\(diagnostic.severity.word)"), offset: diagnostic.range.lowerBound,
            length: diagnostic.range.count, message: diagnostic.message, advice: diagnostic.advice,
            code: diagnostic.code?.rawValue)
    }
}
