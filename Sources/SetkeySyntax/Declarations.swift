/// Entries by identity, in the order of their declaration.
struct Declarations<Identity: Hashable & Sendable, Entry: Sendable> {
    private var entries: [DesiredState.Declared<Entry>] = []
    /// The number of the statement that declares each entry; 0 for one that was removed again.
    private var clocks: [Int] = []
    private var index: [Identity: Int] = [:]

    var isEmpty: Bool { index.isEmpty }

    mutating func reserve(_ count: Int) {
        entries.reserveCapacity(count)
        clocks.reserveCapacity(count)
        index.reserveCapacity(count)
    }

    /// Takes the entry where the identity is new, and gives `nil`; else gives what was declared before, and when.
    mutating func insert(
        _ identity: Identity, _ entry: Entry, _ origin: StatementOrigin, _ clock: Int
    ) -> (declared: DesiredState.Declared<Entry>, clock: Int)? {
        let known = slot(of: identity, orNew: entries.count)
        guard known == entries.count else { return (entries[known], clocks[known]) }
        entries.append(DesiredState.Declared(entry: entry, origin: origin))
        clocks.append(clock)
        return nil
    }

    private mutating func slot(of identity: Identity, orNew new: Int) -> Int {
        // One look-up for both cases: the accessor keeps the bucket.
        func find(_ slot: inout Int) -> Int {
            if slot < 0 { slot = new }
            return slot
        }
        return find(&index[identity, default: -1])
    }

    /// Takes the entry in place of an earlier one, at the end of the order.
    mutating func replace(_ identity: Identity, _ entry: Entry, _ origin: StatementOrigin, _ clock: Int) {
        remove(identity)
        _ = insert(identity, entry, origin, clock)
    }

    mutating func remove(_ identity: Identity) {
        // Mostly nothing is declared to be absent, and to look for that costs a hash.
        guard !index.isEmpty, let slot = index.removeValue(forKey: identity) else { return }
        clocks[slot] = 0
    }

    /// What declares an identity, and the number of that statement.
    func declaration(of identity: Identity) -> (declared: DesiredState.Declared<Entry>, clock: Int)? {
        index[identity].map { (entries[$0], clocks[$0]) }
    }

    /// The number of the statement that declares an identity.
    func clock(of identity: Identity) -> Int? {
        index[identity].map { clocks[$0] }
    }

    /// What is declared, as far as `isKept` says so.
    consuming func remaining(where isKept: (_ clock: Int, Entry) -> Bool) -> DeclaredEntries<Identity, Entry> {
        let isRemaining = { [clocks, entries] slot in clocks[slot] > 0 && isKept(clocks[slot], entries[slot].entry) }
        // Mostly nothing was removed again, and nothing needs to be copied.
        if entries.indices.allSatisfy(isRemaining) { return DeclaredEntries(entries, index: index) }
        let slots = entries.indices.filter(isRemaining)
        let places = Dictionary(uniqueKeysWithValues: slots.enumerated().map { ($0.element, $0.offset) })
        return DeclaredEntries(slots.map { entries[$0] }, index: index.compactMapValues { places[$0] })
    }
}
