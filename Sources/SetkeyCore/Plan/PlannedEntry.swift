import ControlProtocol
import IPsec
import SetkeySyntax

/// What a plan is made for: an entry of either database, and where a state speaks of its kind.
protocol PlannedEntry: MirroredEntry {
    /// What a state says to be absent.
    associatedtype Absent: Sendable

    static var database: DatabaseName { get }
    /// Its name among those of both databases.
    var name: EntryName { get }
    /// What the log tells of it beside a message.
    var logFields: [LogField] { get }
    static func isPresent(_ identity: Identity, in mirror: borrowing Mirror) -> Bool
    static func declared(in state: DesiredState) -> DeclaredEntries<Identity, Self>
    static func absent(in state: DesiredState) -> DeclaredEntries<Identity, Absent>
    static func name(of absent: Absent) -> Identity
    /// Where it is remembered that its lifetime has ended.
    static var expired: WritableKeyPath<ExpiredEntries, ShardedDictionary<Identity, Self>> { get }

    /// Whether a state claims entries that it does not name.
    static func areClaimed(by state: DesiredState) -> Bool
    /// Whether a state claims this one without naming it.
    func isClaimed(by state: DesiredState) -> Bool
    /// The statement that wants it gone without naming it.
    func origin(ofClaimIn state: DesiredState) -> StatementOrigin?

    /// Whether it stands for all that no other entry is for: it changes when those that are made are there, and those
    /// that go still are.
    var isDefault: Bool { get }

    /// Whether it says what the kernel does by itself.
    var isKernelsOwn: Bool { get }

    /// Whether a plan may remove it.
    var isRemovable: Bool { get }
    /// What removes it.
    var deletion: Change { get }
    /// As it is kept to be put back, while it is somebody else's; `nil` for one that cannot be.
    var kept: Self? { get }

    /// Entries that the kernel may take for one of this name, and that have to be gone before that is made.
    static func rivals(of identity: Identity, in table: borrowing MirroredTable<Self>) -> [Identity]
    /// Declared entries that the kernel may take for this one.
    func rivals(declaredIn state: DesiredState) -> [Identity]

    /// Whether one of this name cannot be made before a network device is there.
    static func isWaiting(_ identity: Identity, in table: borrowing MirroredTable<Self>) -> Bool

    /// Whether the kernel does not tell its secrets.
    var hidesSecrets: Bool { get }
    /// Takes the secrets of what is declared under its name for its own, if they may be the same.
    /// - Returns: whether it did.
    mutating func adoptSecrets(of declared: Self) -> Bool

    /// Whether the kernel interface tells only a part of it.
    var isDegraded: Bool { get }
    /// Whether it has a name that not every kernel interface can say.
    static func isRare(_ identity: Identity) -> Bool

    /// What must be done to a declared entry; `nil` if nothing.
    static func step(
        for declared: DesiredState.Declared<Self>, present: Self?, _ verdict: Verdict
    ) -> Step?
}

extension SecurityAssociation: PlannedEntry {
    static var database: DatabaseName { .associations }
    var name: EntryName { .association(identity) }
    static func isPresent(_ identity: SAIdentity, in mirror: borrowing Mirror) -> Bool {
        mirror.associations.contains(identity)
    }
    static func declared(in state: DesiredState) -> DeclaredEntries<SAIdentity, Self> { state.associations }
    static func absent(in state: DesiredState) -> DeclaredEntries<SAIdentity, SAReference> {
        state.absences.associations
    }
    static func name(of absent: SAReference) -> SAIdentity { absent.identity }
    static var expired: WritableKeyPath<ExpiredEntries, ShardedDictionary<SAIdentity, Self>> { \.associations }

    static func areClaimed(by state: DesiredState) -> Bool {
        !state.ownership.protocols.isEmpty || !state.absences.pairs.isEmpty
    }

    func isClaimed(by state: DesiredState) -> Bool {
        state.ownership.protocols.contains(identity.ipsecProtocol) || origin(ofClaimIn: state) != nil
    }

    /// The `deleteall` that covers it.
    func origin(ofClaimIn state: DesiredState) -> StatementOrigin? {
        let pairs = state.absences.pairs
        guard !pairs.isEmpty else { return nil }
        func pair(_ ipsecProtocol: IPsecProtocol?) -> DesiredState.AddressPair {
            DesiredState.AddressPair(
                source: source, destination: identity.destination, ipsecProtocol: ipsecProtocol)
        }
        return (pairs[pair(identity.ipsecProtocol)] ?? pairs[pair(nil)])?.origin
    }

    var hidesSecrets: Bool { hidesKeys }
    mutating func adoptSecrets(of declared: SecurityAssociation) -> Bool { adoptKeys(of: declared) }
    static func isRare(_ identity: SAIdentity) -> Bool { !identity.mark.isNone }

    var isDefault: Bool { false }
    var isKernelsOwn: Bool { false }
    var isRemovable: Bool { !isDegraded && state != .larval }
    var deletion: Change { .delete(self) }

    var kept: SecurityAssociation? {
        // One whose keys are not known cannot be made again.
        guard isRemovable, !hidesKeys else { return nil }
        var association = self
        association.state = .mature
        association.current = .zero
        association.numbers = association.continuing(association.numbers)
        return association
    }

    static func rivals(of identity: SAIdentity, in table: borrowing MirroredTable<Self>) -> [SAIdentity] {
        table.rivals(of: identity).map(\.identity)
    }

    static func isWaiting(_ identity: SAIdentity, in table: borrowing MirroredTable<Self>) -> Bool { false }

    func rivals(declaredIn state: DesiredState) -> [SAIdentity] {
        state.masks.rivals(of: identity) { state.associations.contains($0) ? $0 : nil }
    }

    static func step(
        for declared: DesiredState.Declared<Self>, present: Self?, _ verdict: Verdict
    ) -> Step? {
        verdict.step(for: declared, present: present)
    }
}

extension SecurityPolicy: PlannedEntry {
    static var database: DatabaseName { .policies }
    var name: EntryName { .policy(identity) }
    static func isPresent(_ identity: PolicyIdentity, in mirror: borrowing Mirror) -> Bool {
        mirror.policies.contains(identity)
    }
    static func declared(in state: DesiredState) -> DeclaredEntries<PolicyIdentity, Self> { state.policies }
    static func absent(in state: DesiredState) -> DeclaredEntries<PolicyIdentity, PolicyIdentity> {
        state.absences.policies
    }
    static func name(of absent: PolicyIdentity) -> PolicyIdentity { absent }
    static var expired: WritableKeyPath<ExpiredEntries, ShardedDictionary<PolicyIdentity, Self>> { \.policies }

    static func areClaimed(by state: DesiredState) -> Bool { state.ownership.policies }
    func isClaimed(by state: DesiredState) -> Bool { state.ownership.policies && !identity.isDefault }
    func origin(ofClaimIn state: DesiredState) -> StatementOrigin? { nil }

    // The kernel tells policies apart by all of their names.
    static func rivals(of identity: PolicyIdentity, in table: borrowing MirroredTable<Self>) -> [PolicyIdentity] { [] }
    func rivals(declaredIn state: DesiredState) -> [PolicyIdentity] { [] }

    static func isWaiting(_ identity: PolicyIdentity, in table: borrowing MirroredTable<Self>) -> Bool {
        table.lacksDevice(of: identity)
    }

    var hidesSecrets: Bool { false }
    mutating func adoptSecrets(of declared: SecurityPolicy) -> Bool { false }
    var isDegraded: Bool { false }
    static func isRare(_ identity: PolicyIdentity) -> Bool { identity.isBound }

    var isDefault: Bool { identity.isDefault }
    var isKernelsOwn: Bool { isDefault && action == .bypass }
    var isRemovable: Bool { !identity.direction.isPerSocket }
    var deletion: Change { .deletePolicy(self) }
    var kept: SecurityPolicy? { isRemovable ? self : nil }

    static func step(
        for declared: DesiredState.Declared<Self>, present: Self?, _ verdict: Verdict
    ) -> Step? {
        verdict.step(for: declared, present: present)
    }
}
