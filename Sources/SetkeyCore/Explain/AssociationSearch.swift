import IPsec

/// Looks for the SA of one transform: of those that fit the newest that is not dying, else the newest that is
/// (`xfrm_state_look_at`).
///
/// To send, SAs from exactly the source are looked at first, and those from the unspecified address only where none of
/// the others fits, or would fit if it had its keys (`xfrm_state_find`). Where both are in one bucket of the kernel's
/// hash table, it takes the newer one: that depends on the size of the table, which is not known here.
struct AssociationSearch: Sendable {
    /// An SA that might be meant, and is not taken.
    struct Miss: Sendable {
        let association: SecurityAssociation
        let mismatches: [AssociationDemand.Mismatch]
    }

    /// How many SAs that do not fit are told, those first that lack least.
    static let limit = 3

    let demand: AssociationDemand
    /// The best of those that fit.
    private var candidate: SecurityAssociation?
    /// How many fit as well as it does: what has come may have come by any of them.
    private(set) var count = 0
    private(set) var misses: [Miss] = []
    /// Whether one that would fit waits for its keys: nothing is sent meanwhile.
    private(set) var isAwaited = false
    /// Whether one of those that are awaited is from exactly the source.
    private var isExactAwaited = false

    init(_ demand: AssociationDemand) { self.demand = demand }

    /// The one that is taken.
    var best: SecurityAssociation? {
        guard let candidate, !isExactAwaited || demand.hasExactSource(candidate) else { return nil }
        return candidate
    }

    /// SAs come in the order of the mirror, the newest first.
    mutating func look(at association: SecurityAssociation) {
        guard demand.concerns(association) else { return }
        let mismatches = demand.mismatches(of: association)
        guard mismatches.isEmpty else {
            if mismatches == [.state], association.state == .larval {
                isAwaited = true
                if demand.hasExactSource(association) { isExactAwaited = true }
            }
            return note(Miss(association: association, mismatches: mismatches))
        }
        guard let candidate else { return (self.candidate, count) = (association, 1) }
        let (isExact, wasExact) = (demand.hasExactSource(association), demand.hasExactSource(candidate))
        guard isExact == wasExact else {
            if isExact { (self.candidate, count) = (association, 1) }
            return
        }
        count += 1
        if Self.isPreferred(association, to: candidate) { self.candidate = association }
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
