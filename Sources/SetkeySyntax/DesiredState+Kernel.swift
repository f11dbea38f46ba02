package import IPsec

extension DesiredState {
    /// The source of the origins of SAs in ``init(associations:policies:)``; that of policies is the next.
    package static let associationSource = 0

    /// What the kernel has, for the rules: the origin of an entry is its place in the list of its kind.
    ///
    /// - Parameters:
    ///   - associations: of each name one, the oldest first.
    ///   - policies: likewise.
    package init(associations: [SecurityAssociation], policies: [SecurityPolicy]) {
        self.init()
        for (place, association) in associations.enumerated() {
            let origin = StatementOrigin(source: Self.associationSource, range: place..<place + 1)
            self.associations.append(Declared(entry: association, origin: origin), named: association.identity)
        }
        for (place, policy) in policies.enumerated() {
            let origin = StatementOrigin(source: Self.associationSource + 1, range: place..<place + 1)
            self.policies.append(Declared(entry: policy, origin: origin), named: policy.identity)
        }
    }
}
