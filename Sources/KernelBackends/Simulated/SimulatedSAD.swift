internal import IPsec

/// The SAD of the simulated kernel: SAs in the order of insertion, found by identity, and larval ones by what they
/// wait for.
struct SimulatedSAD: Sendable {
    typealias Handle = OrderedTable<SimulatedAssociation>.Handle

    private(set) var table = OrderedTable<SimulatedAssociation>()
    /// SAs with an SPI, except marked ones, which PF_KEY cannot name.
    private var byIdentity: [SAIdentity: Handle] = [:]
    /// Newest first, the SAs of a name that has an SA with a mark, or had one.
    private var byMark: [SAIdentity: [Handle]] = [:]
    /// Larval SAs without an SPI.
    private var waiting: [LarvalKey: Handle] = [:]
    /// Larval SAs that ACQUIRE made, by its sequence number.
    private var bySequence: [UInt32: Handle] = [:]

    /// How many SAs there are, larval ones included.
    var count: Int { table.count }

    subscript(handle: Handle) -> SimulatedAssociation? {
        _read { yield table[handle] }
        _modify { yield &table[handle] }
    }

    /// The SA of that name; never one with SPI 0, which the kernel does not index (kernel-facts 1.3).
    /// Of several the newest one that the mark finds, as in a small table (xfrm-facts 2.1).
    func find(_ identity: SAIdentity, mark: XFRMMark = .none) -> Handle? {
        guard let handles = byMark[identity] else { return byIdentity[identity] }
        return handles.first { table[$0]?.mark.isFound(by: mark) == true }
    }

    /// The larval SA without an SPI that waits for these ends, mode and reqid.
    func findWaiting(_ key: LarvalKey) -> Handle? { waiting[key] }

    /// The larval SA that the ACQUIRE of this sequence number made.
    func findWaiting(sequence: UInt32) -> Handle? { bySequence[sequence] }

    /// Inserts as the newest.
    mutating func insert(_ association: SimulatedAssociation) -> Handle {
        let handle = table.insert(association)
        index(association, at: handle)
        return handle
    }

    /// Takes an SA out and gives it back.
    mutating func remove(_ handle: Handle) -> SimulatedAssociation? {
        guard let association = table.remove(handle) else { return nil }
        unindex(association, at: handle)
        return association
    }

    /// Gives a larval SA its SPI.
    mutating func reserve(_ spi: SPI, for handle: Handle) {
        guard let association = table[handle] else { return }
        unindex(association, at: handle)
        table[handle]?.spi = spi
        if let reserved = table[handle] { index(reserved, at: handle) }
    }

    /// Marks a larval SA as one that nobody will make; it stays, and nothing finds it by what it waits for.
    mutating func refuse(_ handle: Handle) {
        guard let association = table[handle], association.state == .larval else { return }
        unindex(association, at: handle)
        table[handle]?.state = .refused
        if let refused = table[handle] { index(refused, at: handle) }
    }

    /// The SPIs within `range` that SAs of a protocol have, whatever their destination.
    func spis(of ipsecProtocol: IPsecProtocol, in range: ClosedRange<UInt32>) -> Set<UInt32> {
        var found: Set<UInt32> = []
        var next = table.newest
        while let handle = next {
            if let association = table[handle], association.ipsecProtocol == ipsecProtocol,
                range.contains(association.spi.rawValue)
            {
                found.insert(association.spi.rawValue)
            }
            next = table.older(than: handle)
        }
        return found
    }

    private mutating func index(_ association: SimulatedAssociation, at handle: Handle) {
        if association.spi.rawValue != 0 { indexName(of: association, at: handle) }
        guard association.state == .larval else { return }
        if association.spi.rawValue == 0 { waiting[LarvalKey(association)] = handle }
        if association.sequence != 0 { bySequence[association.sequence] = handle }
    }

    private mutating func indexName(of association: SimulatedAssociation, at handle: Handle) {
        let identity = association.identity
        let isMarked = association.mark != .none
        if !isMarked { byIdentity[identity] = handle }
        if isMarked, byMark[identity] == nil { byMark[identity] = byIdentity[identity].map { [$0] } ?? [] }
        byMark[identity]?.insert(handle, at: 0)
    }

    private mutating func unindex(_ association: SimulatedAssociation, at handle: Handle) {
        if association.spi.rawValue != 0 {
            if association.mark == .none { byIdentity[association.identity] = nil }
            byMark[association.identity]?.removeAll { $0 == handle }
        }
        guard association.state == .larval else { return }
        if association.spi.rawValue == 0, waiting[LarvalKey(association)] == handle {
            waiting[LarvalKey(association)] = nil
        }
        if association.sequence != 0, bySequence[association.sequence] == handle {
            bySequence[association.sequence] = nil
        }
    }
}
