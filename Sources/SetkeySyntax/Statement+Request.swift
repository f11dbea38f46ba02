package import IPsec

extension Statement.Kind {
    /// The one request that the statement is; `nil` for those that are none or many.
    package var request: KernelRequest? {
        switch self {
        case .add(let association): .add(association)
        case .update(let association): .update(association)
        case .reserveSPI(let association, let range): .reserveSPI(association, range: range)
        case .get(let reference): .get(reference)
        case .delete(let reference): .delete(reference)
        case .flush(let ipsecProtocol): .flush(ipsecProtocol)
        // To let pass what no policy matches is to have no entry for it.
        case .addPolicy(let policy) where policy.identity.isDefault && policy.action == .bypass:
            .deletePolicy(policy.identity)
        case .addPolicy(let policy): .addPolicy(policy)
        case .updatePolicy(let policy): .updatePolicy(policy)
        case .deletePolicy(let identity): .deletePolicy(identity)
        case .flushPolicies: .flushPolicies
        case .deleteAll, .dump, .dumpPolicies, .include, .end: nil
        }
    }

    /// Whether it changes or shows the SPD.
    package var isAboutPolicies: Bool {
        if case .dumpPolicies = self { true } else { request?.isAboutPolicies ?? false }
    }
}
