import IPsec

/// Times to come in which a policy has no SA: its packets are dropped, or held back.
enum UncoveredTimes {
    static func remarks(on whole: DesiredState, _ coverage: Coverage, since now: Int) -> [LoadedDiagnostic] {
        var remarks = RuleRemarks(of: .uncoveredTime)
        for gap in coverage.gaps where gap.during.until > now {
            let declared = whole.policies[gap.policy]
            guard case .protect(let transforms) = declared.entry.action else { continue }
            remarks.add(
                at: declared.origin,
                "no SA of this file fits \(transforms[gap.transform].ruleText) \(gap.during.phrase)",
                advice: "let the SA before it end later, or the next one begin earlier")
        }
        return remarks.diagnostics
    }
}

extension Validity {
    /// `from 2026-12-01T00:00:00Z until 2026-12-02T00:00:00Z`, of these what is limited.
    package var phrase: String {
        let parts = [
            from == .min ? nil : "from \(CalendarTime(from))", until == .max ? nil : "until \(CalendarTime(until))",
        ].compactMap { $0 }
        return parts.isEmpty ? "at any time" : parts.joined(separator: " ")
    }
}

extension Transform {
    /// As in the language, for messages.
    var ruleText: String {
        var text: [UInt8] = []
        append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
