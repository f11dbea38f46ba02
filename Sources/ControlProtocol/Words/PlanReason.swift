import TextBytes

/// Why a step is in a plan.
package enum PlanReason: RawRepresentable, Hashable, Sendable, Codable {
    /// Declared, and not in the kernel.
    case missing
    /// In the kernel, the file's, and no longer declared.
    case stale
    /// In the kernel with other values of these fields; at least one.
    case differs([Word<EntryField>])
    /// What a daemon of another version says.
    case unknown(String)

    package init(rawValue: String) {
        switch rawValue {
        case "missing": self = .missing
        case "stale": self = .stale
        case _ where rawValue.hasPrefix("differs(") && rawValue.hasSuffix(")"):
            let fields = rawValue.dropFirst("differs(".count).dropLast().split(separator: ", ")
            self = .differs(fields.map { Word(rawValue: String($0)) })
        default: self = .unknown(rawValue)
        }
    }

    /// `missing`, `stale`, `differs(mode, key)`: for programs.
    package var rawValue: String {
        switch self {
        case .missing: "missing"
        case .stale: "stale"
        case .differs(let fields): "differs(\(fields.map(\.rawValue).joined(separator: ", ")))"
        case .unknown(let reason): reason
        }
    }

    /// `missing`, `no longer declared`, `mode and key differ`: for people.
    package var phrase: String {
        guard case .differs(let fields) = self else { return self == .stale ? "no longer declared" : rawValue }
        return "\(listed(fields.map(\.rawValue), "and")) \(fields.count == 1 ? "differs" : "differ")"
    }
}

extension PlanReason: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) {
        self.init(rawValue: value)
    }
}
