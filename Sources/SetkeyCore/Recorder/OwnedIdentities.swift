package import IPsec

/// Names of SAs and policies, each once.
package typealias OwnedIdentities = PerDatabase<Set<SAIdentity>, Set<PolicyIdentity>>

/// Names of SAs and policies, in the order in which they were found.
typealias NameLists = PerDatabase<[SAIdentity], [PolicyIdentity]>

extension OwnedIdentities {
    package init() {
        self.init(associations: [], policies: [])
    }
}

extension NameLists {
    init() {
        self.init(associations: [], policies: [])
    }

    mutating func append(_ name: EntryName) {
        switch name {
        case .association(let identity): associations.append(identity)
        case .policy(let identity): policies.append(identity)
        }
    }

    static func += (left: inout NameLists, right: NameLists) {
        left.associations += right.associations
        left.policies += right.policies
    }
}

extension PerDatabase where Associations: Collection, Policies: Collection {
    /// Of both kinds.
    package var count: Int { associations.count + policies.count }
    /// Whether nothing is owned.
    package var isEmpty: Bool { associations.isEmpty && policies.isEmpty }
}
