import SetkeySyntax
import TextBytes

/// What the environment and the terminal say about showing text.
struct Terminal {
    let descriptor: Int32

    /// Columns and rows; 80 and 24 where the terminal does not tell.
    var size: (width: Int, height: Int) {
        SystemCalls.windowSize(of: descriptor) ?? (80, 24)
    }

    /// The style that the environment asks for.
    static var style: TerminalStyle {
        TerminalStyle(environment: environmentVariable)
    }
}

extension TerminalStyle {
    /// By the variables that `value` looks up: the locale's (the first one set decides), `NO_COLOR` and `TERM`.
    package init(environment value: (String) -> String?) {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(value).first { !$0.isEmpty } ?? ""
        let charset = locale.split(separator: ".").last?.lowercased() ?? ""
        let dumb = value("TERM") == "dumb"
        self.init(
            unicode: !dumb && (charset.hasPrefix("utf-8") || charset.hasPrefix("utf8")),
            color: DiagnosticStyle(isTerminal: true, environment: value) == .colored)
    }
}
