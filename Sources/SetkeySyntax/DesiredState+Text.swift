package import IPsec
import TextBytes

extension DesiredState {
    /// Appends statements that, evaluated, declare this state again, at all moments, keys included.
    ///
    /// What is claimed and what must be absent comes first, because it would take back what was declared before it.
    package func append(to output: inout [UInt8]) {
        func append(_ kind: Statement.Kind, _ validity: Validity = .always) {
            kind.append(to: &output, keys: .shown, validity: validity)
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
        for association in lasting.associations { append(.add(association.entry)) }
        for policy in lasting.policies { append(.addPolicy(policy.entry)) }
        for timed in schedule?.associations ?? [] { append(.add(timed.declared.entry), timed.validity) }
        for timed in schedule?.policies ?? [] { append(.addPolicy(timed.declared.entry), timed.validity) }
    }

    /// This state with further entries, which no statement declares and which are the same at all moments; those it declares
    /// itself stay as they are.
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
