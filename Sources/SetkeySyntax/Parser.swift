/// A streaming parser over bytes of any origin: linear time, no recursion, recovery at `;`.
package struct Parser {
    let options: ParserOptions
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
    }

    /// The next good statement; `nil` at the end. What was wrong before it is in ``diagnostics``.
    package mutating func next() -> Statement? {
        nil
    }
}
