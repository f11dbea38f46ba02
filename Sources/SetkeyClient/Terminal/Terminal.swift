import Glibc
import SetkeySyntax

/// What the environment and the terminal say about showing text.
struct Terminal {
    let descriptor: Int32

    /// Columns and rows; 80 and 24 where the terminal does not tell.
    var size: (width: Int, height: Int) {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// The style that the environment asks for.
    static var style: TerminalStyle {
        TerminalStyle(environment: Environment.value)
    }
}

/// The process's environment.
enum Environment {
    /// The value of a variable; `nil` if it is not set.
    static func value(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
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
