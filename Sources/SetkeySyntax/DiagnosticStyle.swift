import Glibc
import TextBytes

/// How a diagnostic is shown: plain, or with the colours that compilers have made usual.
package enum DiagnosticStyle: Hashable, Sendable {
    /// As it goes to files and logs.
    case plain
    /// With the escape sequences of terminals (ECMA-48, SGR).
    case colored

    /// Colours are for a terminal that is not dumb, and for users who have not set `NO_COLOR` (no-color.org).
    ///
    /// - Parameter value: looks up a variable of the environment.
    package init(isTerminal: Bool, environment value: (String) -> String?) {
        let isWanted = isTerminal && value("TERM") != "dumb" && (value("NO_COLOR") ?? "").isEmpty
        self = isWanted ? .colored : .plain
    }

    /// For what this process says on stderr.
    package static func ofStandardError() -> Self {
        Self(isTerminal: isatty(STDERR_FILENO) == 1, environment: environmentVariable)
    }

    /// `error`, `warning` or `note`.
    package func word(_ severity: Diagnostic.Severity) -> String {
        self == .colored ? "\(Self.start(severity))\(severity.word)\(Self.end)" : "\(severity.word)"
    }

    func append(_ severity: Diagnostic.Severity, to output: inout [UInt8]) {
        if self == .colored { output.append(Self.start(severity)) }
        output.append(severity.word)
        if self == .colored { output.append(Self.end) }
    }

    /// Appends the caret line that `body` appends.
    func appendCaret(to output: inout [UInt8], _ body: (inout [UInt8]) -> Void) {
        if self == .colored { output.append("\u{1b}[1;32m") }
        body(&output)
        if self == .colored { output.append(Self.end) }
    }

    private static let end: StaticString = "\u{1b}[0m"

    private static func start(_ severity: Diagnostic.Severity) -> StaticString {
        switch severity {
        case .error: "\u{1b}[1;31m"
        case .warning: "\u{1b}[1;35m"
        case .note: "\u{1b}[1;36m"
        }
    }
}
