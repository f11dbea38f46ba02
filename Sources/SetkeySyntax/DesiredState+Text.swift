package import IPsec
import TextBytes

extension DesiredState {
    /// Appends statements that, evaluated, declare this state again, keys included.
    ///
    /// What is claimed and what must be absent comes first, because it would take back what was declared before it.
    package func append(to output: inout [UInt8]) {
        func append(_ kind: Statement.Kind) {
            kind.append(to: &output, showKeys: true)
            output.append("\n")
        }
        for ipsecProtocol in IPsecProtocol.allCases where ownership.protocols.contains(ipsecProtocol) {
            append(.flush(ipsecProtocol))
        }
        if ownership.policies { append(.flushPolicies) }
        for pair in absences.pairs {
            append(
                .deleteAll(
                    source: pair.entry.source, destination: pair.entry.destination,
                    ipsecProtocol: pair.entry.ipsecProtocol))
        }
        for reference in absences.associations { append(.delete(reference.entry)) }
        for identity in absences.policies { append(.deletePolicy(identity.entry)) }
        for association in associations { append(.add(association.entry)) }
        for policy in policies { append(.addPolicy(policy.entry)) }
    }

    /// This state with further entries, which no statement declares; those it declares itself stay as they are.
    package func adding(
        _ others: [SecurityAssociation], _ otherPolicies: [SecurityPolicy]
    ) -> DesiredState {
        var state = self
        let nowhere = StatementOrigin(source: 0, range: 0..<0)
        for association in others {
            state.associations.append(Declared(entry: association, origin: nowhere), named: association.identity)
        }
        for policy in otherPolicies {
            state.policies.append(Declared(entry: policy, origin: nowhere), named: policy.identity)
        }
        return state
    }
}
