import TextBytes

/// The result of a comparison for people.
package enum ComparisonText {
    /// Each entry that differs, and below it a line for each difference; then what was compared, and what was not.
    package static func text(_ comparison: EndComparison) -> String {
        let names = (inTable(comparison.here.name), inTable(comparison.there.name))
        var rows: [(String, String, String)] = []
        var entry: String?
        for difference in comparison.differences {
            if difference.entry != entry { rows.append((inHeading(difference.entry), "", "")) }
            entry = difference.entry
            rows.append(
                (
                    "  \(difference.field.words)", difference.here.map(inTable) ?? "differs",
                    difference.there.map(inTable) ?? ""
                ))
        }
        if !rows.isEmpty { rows.insert(("", names.0, names.1), at: 0) }
        return table(rows) + summary(comparison, names)
    }

    /// Columns as wide as they have to be; the line of an entry runs over them.
    private static func table(_ rows: [(String, String, String)]) -> String {
        let fields = rows.filter { !$0.1.isEmpty }
        let first = fields.map(\.0.count).max() ?? 0
        let second = fields.map(\.1.count).max() ?? 0
        return rows.map { row in
            guard !row.1.isEmpty else { return "\(row.0)\n" }
            let line = "\(padded(row.0, to: first))  \(padded(row.1, to: second))  \(row.2)"
            return line.trimmingBlanks + "\n"
        }.joined()
    }

    /// The name of an entry: of two IPv6 networks with ports, or addresses with an SPI, nothing is lost.
    private static func inHeading(_ text: String) -> String { ForeignText.shown(text, limit: ForeignText.lineLength) }

    private static func inTable(_ text: String) -> String { ForeignText.shown(text) }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func summary(_ comparison: EndComparison, _ names: (String, String)) -> String {
        let pairs = [
            counted(comparison.associations, "SA"), counted(comparison.policies, "policy", "policies"),
            counted(comparison.keys, "key"),
        ]
        var text = "compared: \(listed(pairs, "and")): "
        text +=
            comparison.differences.isEmpty
            ? "no difference\n" : counted(comparison.differences.count, "difference") + "\n"
        if comparison.unknownKeys > 0 {
            text += "not compared: \(counted(comparison.unknownKeys, "key")), not known at one of the ends\n"
        }
        for (count, name) in [(comparison.othersHere, names.0), (comparison.othersThere, names.1)] where count > 0 {
            text += "not compared: \(counted(count, "entry", "entries")) of other tunnels at \(name)\n"
        }
        for end in [comparison.here, comparison.there] where !end.tellsAll {
            text += "not compared: lengths of ICVs and sequence numbers, which \(inTable(end.name)) reads by PF_KEY\n"
        }
        return text
    }
}

extension String {
    /// Without blanks at its end.
    fileprivate var trimmingBlanks: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

extension EndDifference.Field {
    /// As a table says it.
    fileprivate var words: String {
        switch self {
        case .icv: "ICV"
        case .encryptionKey: "encryption key"
        case .integrityKey: "integrity key"
        case .window: "replay window"
        case .extendedSequence: "sequence numbers"
        case .soft: "soft lifetime"
        case .hard: "hard lifetime"
        default: rawValue
        }
    }
}
