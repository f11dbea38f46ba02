package import IPsec

/// Names of SAs and policies.
package struct OwnedIdentities: Hashable, Sendable {
    package var associations: Set<SAIdentity> = []
    package var policies: Set<PolicyIdentity> = []

    package init() {}

    package var count: Int { associations.count + policies.count }
    package var isEmpty: Bool { associations.isEmpty && policies.isEmpty }
}
