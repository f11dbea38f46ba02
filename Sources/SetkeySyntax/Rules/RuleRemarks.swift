/// What one rule has to say of a file: the first few remarks in full, the others by their number.
struct RuleRemarks {
    /// What is true of each line of a long file is not said for each.
    private static let limit = 20

    private let code: RuleCode
    private var kept: [LoadedDiagnostic] = []
    private var count = 0

    init(of code: RuleCode) {
        self.code = code
    }

    /// Whether further remarks would only be counted, so that their texts are not needed.
    var isFull: Bool { count >= Self.limit }

    /// Adds a remark about the statement at `origin`; the texts are made only where they are shown.
    mutating func add(
        _ severity: Diagnostic.Severity = .warning, at origin: StatementOrigin, _ message: @autoclosure () -> String,
        advice: @autoclosure () -> String
    ) {
        count += 1
        guard count <= Self.limit + 1 else { return }
        if count <= Self.limit {
            append(Diagnostic(severity, at: origin.range, message(), advice: advice(), code: code), origin)
        } else {
            let message = "the same remark applies to this statement and perhaps to others"
            append(Diagnostic(.note, at: origin.range, message, advice: "check them after these", code: code), origin)
        }
    }

    private mutating func append(_ diagnostic: Diagnostic, _ origin: StatementOrigin) {
        kept.append(LoadedDiagnostic(diagnostic: diagnostic, source: origin.source))
    }

    /// The remarks in the order of their making.
    var diagnostics: [LoadedDiagnostic] { kept }
}
