/// The names of the rules about what is legal and probably not meant; a message ends with the one that it is of.
package enum RuleCode: String, CaseIterable, Sendable {
    // Over the entries of a file.
    case noSAForPolicy = "no-sa-for-policy"
    case noPolicyForSA = "no-policy-for-sa"
    case tunnelWithoutForward = "tunnel-without-fwd"
    case sameDirectionTwice = "same-direction-twice"
    case overlappingPolicies = "overlapping-policies"
    case publishedKey = "published-key"
    case sharedKey = "shared-key"
    // Within one statement.
    case missingDirectory = "missing-directory"
    case sharedReplayWindow = "shared-replay-window"
    case repeatedOption = "repeated-option"
    case portsOfICMP = "ports-of-icmp"
    case readableCredential = "readable-credential"
}

extension Diagnostic {
    /// A remark of a rule.
    init(
        _ code: RuleCode, _ severity: Severity = .warning, at range: Range<Int>, _ message: String, advice: String,
        statementStart: Int? = nil
    ) {
        self.init(
            severity, at: range, message, advice: "\(advice) [\(code.rawValue)]", statementStart: statementStart)
    }
}
