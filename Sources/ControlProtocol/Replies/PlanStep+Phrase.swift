extension PlanStep {
    /// Why the step is in the plan, for people.
    package var reasonPhrase: String { Self.phrase(ofReason: reason) }

    /// `missing`, `no longer declared`, `mode and key differ`: what ``reason`` says to programs, for people.
    package static func phrase(ofReason reason: String) -> String {
        guard reason != "stale" else { return "no longer declared" }
        guard reason.hasPrefix("differs("), reason.hasSuffix(")") else { return reason }
        let fields = reason.dropFirst("differs(".count).dropLast().split(separator: ", ")
        guard let last = fields.last, fields.count > 1 else { return "\(fields.first ?? "") differs" }
        return "\(fields.dropLast().joined(separator: ", ")) and \(last) differ"
    }
}
