import ControlProtocol

/// What there is once for the SAD and once for the SPD.
package struct PerDatabase<Associations, Policies> {
    /// The SAD's.
    package var associations: Associations
    /// The SPD's.
    package var policies: Policies

    package init(associations: Associations, policies: Policies) {
        self.associations = associations
        self.policies = policies
    }
}

extension PerDatabase: Sendable where Associations: Sendable, Policies: Sendable {}
extension PerDatabase: Equatable where Associations: Equatable, Policies: Equatable {}
extension PerDatabase: Hashable where Associations: Hashable, Policies: Hashable {}

extension PerDatabase where Associations == Policies {
    /// The same for both.
    init(both value: Associations) {
        self.init(associations: value, policies: value)
    }

    subscript(database: DatabaseName) -> Associations {
        get {
            switch database {
            case .associations: associations
            case .policies: policies
            }
        }
        _modify {
            switch database {
            case .associations: yield &associations
            case .policies: yield &policies
            }
        }
    }

    /// Whether something is true of both.
    func allSatisfy(_ condition: (Associations) -> Bool) -> Bool {
        condition(associations) && condition(policies)
    }

    /// Changes both.
    mutating func forEach(_ change: (inout Associations) -> Void) {
        change(&associations)
        change(&policies)
    }
}
