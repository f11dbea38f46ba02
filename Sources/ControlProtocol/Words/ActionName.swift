package import IPsec

/// What policies do with their packets, by the words of the language and of dumps.
package enum ActionName: String, CaseIterable, Hashable, Sendable {
    /// They do not pass.
    case discard
    /// In clear.
    case bypass = "none"
    /// Through transforms; see ``PolicyRecord/transforms``.
    case protect = "ipsec"

    /// The name of `action`; `nil` for what only per-socket policies do.
    package init?(_ action: PolicyAction) {
        switch action {
        case .discard: self = .discard
        case .bypass: self = .bypass
        case .protect: self = .protect
        case .perSocket: return nil
        }
    }
}
