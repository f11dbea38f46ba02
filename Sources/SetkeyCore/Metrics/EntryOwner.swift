import IPsec
import SetkeySyntax

/// Whose an entry of the kernel is, without the place of its statement: that would make another series of figures with
/// every edit of the file.
enum EntryOwner: String, CaseIterable, Hashable, Sendable {
    /// The file declares it.
    case declared
    /// The file has declared it once.
    case undeclared
    /// Anybody else's.
    case foreign
}

extension StateInForce {
    func owner(of identity: SAIdentity) -> EntryOwner {
        if declared.associations.contains(identity) { return .declared }
        return ownership.leftover.associations.contains(identity) ? .undeclared : .foreign
    }

    func owner(of identity: PolicyIdentity) -> EntryOwner {
        if declared.policies.contains(identity) { return .declared }
        return ownership.leftover.policies.contains(identity) ? .undeclared : .foreign
    }
}
