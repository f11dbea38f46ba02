import IPsec
import SetkeySyntax

/// Whose an entry of the kernel is, in a word: `FILE:LINE:COLUMN` of what is declared, `undeclared` of what the file has
/// declared once, `foreign` of anything else.
struct EntryOwners {
    let state: StateInForce

    func owner(of identity: SAIdentity) -> String {
        if let declared = state.declared.associations[identity] { return place(of: declared.origin) }
        return state.ownership.owns(identity) ? "undeclared" : "foreign"
    }

    func owner(of identity: PolicyIdentity) -> String {
        if let declared = state.declared.policies[identity] { return place(of: declared.origin) }
        return state.ownership.owns(identity) ? "undeclared" : "foreign"
    }

    private func place(of origin: StatementOrigin) -> String {
        let place = state.locate(origin)
        return place.isEmpty ? "declared" : place
    }
}
