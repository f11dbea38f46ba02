import ControlProtocol

extension Call {
    /// Who has every right; says so in refusals.
    static var whoMay: String { "root and the user that setkeyd runs as" }

    /// Whether only the privileged may: what changes the kernel, and what shows keys.
    var needsPrivilege: Bool {
        switch self {
        case .execute, .flush, .reload, .confirm, .revert: true
        case .listAssociations(let parameters): parameters.showKeys == true
        case .render(let parameters): parameters.showKeys == true
        case .monitor(let parameters): parameters.showKeys == true
        case .listPolicies, .plan, .explain, .diagnose, .status, .traits: false
        }
    }
}
