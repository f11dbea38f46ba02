import IPsec

extension Statement.Kind {
    /// The second statement that RFC semantics (`setkey -r`) adds to one about an `in` policy: the same for `fwd`;
    /// `nil` for every other statement.
    ///
    /// As ipsec-tools has it: in the copy the first transform's `unique` becomes `require` without a number, the
    /// others stay.
    package var forwardTwin: Statement.Kind? {
        switch self {
        case .addPolicy(let policy): policy.forwardTwin.map { .addPolicy($0) }
        case .updatePolicy(let policy): policy.forwardTwin.map { .updatePolicy($0) }
        case .deletePolicy(let identity) where identity.direction == .inbound:
            .deletePolicy(identity.turned(.forward))
        default: nil
        }
    }
}

extension SecurityPolicy {
    fileprivate var forwardTwin: SecurityPolicy? {
        guard identity.direction == .inbound, !identity.isDefault else { return nil }
        var twin = self
        twin.identity = identity.turned(.forward)
        if case .protect(var transforms) = action, case .unique = transforms.first?.level {
            transforms[0].level = .require
            twin.action = .protect(transforms)
        }
        return twin
    }
}
