package import IPsec
package import SetkeySyntax

/// Entries by name whose lifetime has ended, as they were declared.
package typealias ExpiredEntries = PerDatabase<
    ShardedDictionary<SAIdentity, SecurityAssociation>, ShardedDictionary<PolicyIdentity, SecurityPolicy>
>

extension ExpiredEntries {
    package init() {
        self.init(associations: ShardedDictionary(), policies: ShardedDictionary())
    }

    /// The number of parts that each of the two is made of.
    static var shardCount: Int { ShardedDictionary<SAIdentity, SecurityAssociation>.shardCount }

    /// Whether the declaration of an entry that is not in the kernel is the one whose lifetime has ended.
    func contains<Entry: PlannedEntry>(_ declared: Entry) -> Bool {
        self[keyPath: Entry.expired][declared.identity] == declared
    }
}

/// What is the file's in the kernel, and so may be changed and removed; everything else is foreign.
package struct Ownership: Sendable {
    /// The state in force: what the file, as it was last applied, declares.
    package var inForce = DesiredState.empty
    /// What earlier versions declared, or an earlier daemon's file, and what has not been removed yet. Nothing that
    /// ``inForce`` declares.
    package var leftover = OwnedIdentities()
    /// Declared entries whose hard lifetime has ended, as they were declared: that is no difference, until the
    /// declaration becomes another.
    package var expired = ExpiredEntries()

    package init() {}

    /// Whether nothing is.
    package var isEmpty: Bool { inForce.associations.isEmpty && inForce.policies.isEmpty && leftover.isEmpty }

    /// Whether an SA is the file's.
    ///
    /// - Parameter position: where it probably stands in the file.
    package func owns(_ identity: SAIdentity, near position: Int = .max) -> Bool {
        inForce.associations.contains(identity, near: position) || leftover.associations.contains(identity)
    }

    /// Whether a policy is the file's.
    ///
    /// - Parameter position: where it probably stands in the file.
    package func owns(_ identity: PolicyIdentity, near position: Int = .max) -> Bool {
        inForce.policies.contains(identity, near: position) || leftover.policies.contains(identity)
    }
}

extension DeclaredEntries where Entry: Named, Entry.Identity == Identity {
    /// Whether there is one of this name; quicker if it stands at `position`, as it mostly does in two versions of one
    /// file.
    func contains(_ identity: Identity, near position: Int) -> Bool {
        position < endIndex && self[position].entry.identity == identity || contains(identity)
    }
}
