// Counts and lists as messages say them: each in one way, wherever it is said.

/// A number and what it counts: `1 policy`, `2 policies`; with a verb, `1 entry was`, `2 entries were`.
///
/// - Parameters:
///   - singular: what is counted, where it is one.
///   - plural: the same where it is none or many; `nil` where that is `singular` with an s.
package func counted(_ number: some BinaryInteger, _ singular: String, _ plural: String? = nil) -> String {
    "\(number) \(number == 1 ? singular : plural ?? "\(singular)s")"
}

/// A list as it is spoken: `a`, `a or b`, `a, b or c`; nothing of no words.
///
/// - Parameter conjunction: stands before the last of several words.
package func listed(_ words: [String], _ conjunction: String) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return "\(words.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
}

/// One line of text as a terminal may get it: control characters, such as a device's or a file's name may have, become `?`,
/// so that no name ends a line, moves a cursor, or turns what follows it round.
package func oneLine(_ text: String) -> String {
    guard !text.unicodeScalars.allSatisfy(\.isSeen) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.isSeen ? $0 : "?" }))
}

extension Unicode.Scalar {
    /// Whether a terminal shows it as a character of its own, and does nothing else because of it.
    package var isSeen: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
        default: true
        }
    }
}
