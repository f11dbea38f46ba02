import FoundationEssentials

/// Records as JSON for people and programs: sorted keys, one value, a newline at the end.
package enum JSONDocument {
    package static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Records hold numbers and strings, which can always be encoded.
        guard let data = try? encoder.encode(value) else { return "" }
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}

/// A whole plan, as `setkey --plan --json` prints it.
package struct PlanDocument: Encodable {
    package var steps: [PlanStep]
    /// Kernel writes that all of it takes.
    package var writes: Int

    package init(steps: [PlanStep]) {
        self.steps = steps
        writes = steps.reduce(0) { $0 + $1.writes }
    }
}
