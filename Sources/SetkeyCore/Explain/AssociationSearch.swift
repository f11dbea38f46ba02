import IPsec

/// Looks for the SA of one transform: of those that fit the newest that is not dying, else the newest that is
/// (`xfrm_state_look_at`).
struct AssociationSearch: Sendable {
    /// An SA that might be meant, and is not taken.
    struct Miss: Sendable {
        let association: SecurityAssociation
        let mismatches: [AssociationDemand.Mismatch]
    }

    /// How many SAs that do not fit are told, those first that lack least.
    static let limit = 3

    let demand: AssociationDemand
    private(set) var best: SecurityAssociation?
    /// How many fit: what has come may have come by any of them.
    private(set) var count = 0
    private(set) var misses: [Miss] = []
    /// Whether one that would fit waits for its keys: nothing is sent meanwhile.
    private(set) var isAwaited = false

    init(_ demand: AssociationDemand) { self.demand = demand }

    /// SAs come in the order of the mirror, the newest first.
    mutating func look(at association: SecurityAssociation) {
        guard demand.concerns(association) else { return }
        let mismatches = demand.mismatches(of: association)
        guard mismatches.isEmpty else {
            if mismatches == [.state], association.state == .larval { isAwaited = true }
            return note(Miss(association: association, mismatches: mismatches))
        }
        count += 1
        guard let best else { return self.best = association }
        if Self.isPreferred(association, to: best) { self.best = association }
    }

    private static func isPreferred(_ association: SecurityAssociation, to best: SecurityAssociation) -> Bool {
        let (isDying, wasDying) = (association.state == .dying, best.state == .dying)
        if isDying != wasDying { return wasDying }
        return association.current.addTime > best.current.addTime
    }

    private mutating func note(_ miss: Miss) {
        let place = misses.firstIndex { miss.mismatches.count < $0.mismatches.count } ?? misses.count
        guard place < Self.limit else { return }
        misses.insert(miss, at: place)
        misses = Array(misses.prefix(Self.limit))
    }
}
