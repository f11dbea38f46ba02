import ControlProtocol

extension Call {
    /// Who has every right; says so in refusals.
    static var whoMay: String { "root and the user that setkeyd runs as" }

    /// Whether only the privileged may: what changes the kernel, what shows keys, and what
    /// guesses at keys can be tried against.
    var needsPrivilege: Bool {
        switch self {
        case .listAssociations(let parameters): parameters.showKeys == true || parameters.keyDigest != nil
        case .render(let parameters): parameters.showKeys == true
        case .monitor(let parameters): parameters.showKeys == true
        default: method.changesSomething
        }
    }
}
