import ArgumentParser
import IPsec
import SetkeyClient

/// One option of setkey, as a shell completes it.
struct CommandOption {
    /// As they are written, the short ones first.
    let names: [String]
    /// What stands for its value; `nil` if it takes none.
    let value: String?
    let explanation: String
    /// The operation that it is.
    let operation: OperationKind?
    /// The modifier that it is; `--confirm` is both.
    let modifier: Modifier?

    /// The operations beside which it makes sense; `nil`: all, and none.
    var companions: [OperationKind]? {
        if let modifier { return modifier.partners }
        // These may be of another file than the daemon's, or of one instead of the kernel.
        if operation == .file { return [.plan, .fingerprint] }
        return operation == nil || operation == .version ? nil : []
    }

    var shortNames: [String] { names.filter { !$0.hasPrefix("--") } }
    var longName: String? { names.first { $0.hasPrefix("--") } }

    /// All of them, in the order of the help.
    static let all: [CommandOption] = {
        let rows = SetkeyCommand.helpMessage(columns: 400).split(separator: "\n")
        return rows.indices.compactMap {
            CommandOption(rows[$0], next: rows.indices.contains($0 + 1) ? rows[$0 + 1] : "")
        }
    }()

    /// Reads a row of the help: `  -f, --file <FILE>       Run the statements of FILE.` Behind long names the rest is in
    /// the next row.
    private init?(_ row: Substring, next: Substring) {
        guard row.hasPrefix("  -") else { return nil }
        let row = row.dropFirst(2)
        let gap = row.firstRange(of: "  ")
        var names: [String] = []
        var value: String?
        for word in row[..<(gap?.lowerBound ?? row.endIndex)].split(whereSeparator: { $0 == " " || $0 == "," }) {
            if word.hasPrefix("-") { names.append(String(word)) } else { value = String(word.dropFirst().dropLast()) }
        }
        let text = gap.map { row[$0.upperBound...] } ?? next
        self.init(names, value, String(text.drop { $0 == " " }))
    }

    private init(_ names: [String], _ value: String?, _ text: String) {
        self.names = names
        self.value = value
        operation = OperationKind.allCases.first { names.contains($0.rawValue) }
        modifier = Modifier.allCases.first {
            $0.rawValue.split(separator: " ").first.map(String.init).map(names.contains) == true
        }
        explanation = Self.explanation(text)
    }

    /// The first clause of an explanation, without the operations that it goes with: those are seen.
    private static func explanation(_ text: String) -> String {
        var text = Substring(text)
        if text.hasPrefix("With "), let colon = text.firstRange(of: ": ") { text = text[colon.upperBound...] }
        for end in [". ", "; ", ": ", " ("] { text = text.firstRange(of: end).map { text[..<$0.lowerBound] } ?? text }
        if text.hasSuffix(".") { text.removeLast() }
        return text.prefix(1).uppercased() + text.dropFirst().filter { !"[]".contains($0) }
    }
}

/// What a value can be.
enum ValueKind {
    case file, device, process
    case words([String])
    case free

    init(_ option: CommandOption) {
        switch option.value {
        case "FILE", "PATH": self = .file
        case "IF": self = .device
        case "PID": self = .process
        case "ALGORITHM": self = .words(Algorithm.withKeys.map(\.name))
        case let words? where words.contains("|"): self = .words(words.split(separator: "|").map(String.init))
        default: self = .free
        }
    }
}
