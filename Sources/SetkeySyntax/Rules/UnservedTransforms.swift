package import IPsec

/// Which transforms of policies no SA fits, by the rule `no-sa-for-policy`.
package struct UnservedTransforms: Sendable {
    private let use: AssociationUse

    /// - Parameters:
    ///   - associations: those that can be used.
    ///   - policies: those that are asked about.
    package init(_ associations: [SecurityAssociation], _ policies: [SecurityPolicy]) {
        use = AssociationUse(of: DesiredState.empty.adding(associations, policies))
    }

    /// The places of the transforms of a policy that cannot do without an SA, and have none.
    package func places(in policy: SecurityPolicy) -> [Int] { use.unserved(policy) }
}
