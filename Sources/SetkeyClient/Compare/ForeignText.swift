/// Text that another machine has sent, as a terminal may get it.
enum ForeignText {
    /// The most lines of it, where it may have several.
    static let lineLimit = 8
    /// The most characters of each.
    static let lineLength = 200

    /// Of each line as much as fits, and not more lines.
    static func shownLines(_ text: String) -> String {
        text.split(separator: "\n").prefix(lineLimit).map { shown(String($0), limit: lineLength) }.joined(
            separator: "\n")
    }

    /// Printable ASCII, and not more of it than fits.
    static func shown(_ text: String, limit: Int = 60) -> String {
        let scalars = text.unicodeScalars.prefix(limit).map { (" "..."~").contains($0) ? $0 : "?" }
        return String(String.UnicodeScalarView(scalars)) + (text.unicodeScalars.count > limit ? "..." : "")
    }
}
