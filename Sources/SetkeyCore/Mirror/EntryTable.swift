package import IPsec

/// Entries by identity, in an order that survives changes: newest first, as the kernel dumps.
///
/// Made for 100,000 entries and more: entries lie in chunks that never move (growing copies nothing and holds no
/// second copy), the index is eight bytes a bucket, and every operation but the walks is O(1). Cursors outlive
/// changes, so that a walk can be made in parts while the table lives on.
package struct EntryTable<Entry: TableEntry>: Sendable {
    private typealias Slots = EntrySlots<Entry>

    /// Where a walk stands; see ``openCursor()``.
    package struct CursorID: Hashable, Sendable {
        fileprivate let number: Int
    }

    private struct Cursor: Sendable {
        let id: CursorID
        /// The slot that comes next.
        var slot: UInt32
        let course: Course
    }

    /// Which entries a walk meets, and in which order.
    private enum Course: Equatable, Sendable {
        case fromNewest
        case fromOldest
        case kin(UInt32)
    }

    private var slots = EntrySlots<Entry>()
    private var names = SlotIndex()
    private var rings = SlotRings()
    /// Few at any time, one for each dump that is being sent: a search is cheaper than a hash.
    private var cursors: [Cursor] = []
    private var nextCursor = 0

    /// The number of entries.
    package private(set) var count = 0
    /// Stamped on every entry that is written; ``removeAll(notStampedWith:)`` sweeps the rest.
    package var generation: UInt32 = 0

    package init() {}

    // MARK: By identity

    /// The entry of this name.
    package subscript(identity: Entry.Identity) -> Entry? {
        guard let slot = slot(of: identity) else { return nil }
        return slots.entry(slot)
    }

    /// Whether there is one of this name.
    package func contains(_ identity: Entry.Identity) -> Bool {
        slot(of: identity) != nil
    }

    /// Whether `condition` is true of one entry's name.
    package func contains(where condition: (Entry.Identity) -> Bool) -> Bool {
        var slot = slots.newest
        while slot != Slots.none {
            if let identity = slots.identity(slot), condition(identity) { return true }
            slot = slots.older(slot)
        }
        return false
    }

    /// Inserts or replaces; a replaced entry keeps its place unless `end` moves it.
    /// - Parameter end: where a new entry goes.
    /// - Parameter moving: whether a replaced one goes there too.
    package mutating func insert(_ entry: Entry, at end: TableEnd, moving: Bool = false) {
        let hash = Entry.hash(of: entry.identity)
        if let bucket = bucket(of: entry.identity, hash) {
            let slot = names[bucket]
            replace(slot, entry)
            if moving {
                slots.unlink(slot)
                slots.link(slot, at: end)
            }
            return
        }
        let slot = slots.allocate(entry, generation)
        names.insert(slot, hash)
        slots.link(slot, at: end)
        if let kinship = entry.kinship { rings.link(slot, kinship, at: end) }
        count += 1
    }

    private mutating func replace(_ slot: UInt32, _ entry: Entry) {
        let (former, kinship) = (slots.kinship(of: slot), entry.kinship)
        if former != kinship, let former {
            leaveRing(slot, former)
            if let kinship { rings.link(slot, kinship, at: .newest) }
        }
        let generation = generation
        slots.update(slot) {
            let former = $0.entry
            $0.entry = entry
            if let former { $0.entry?.share(former) }
            $0.generation = generation
        }
    }

    /// Lets the entry of this name share with `known` what is the same in both; nobody has written it thereby.
    package mutating func share(_ known: Entry) {
        guard let slot = slot(of: known.identity) else { return }
        slots.update(slot) { $0.entry?.share(known) }
    }

    /// Changes the entry of this name in place; its identity must stay.
    /// - Returns: whether there was one.
    @discardableResult
    package mutating func modify(_ identity: Entry.Identity, _ change: (inout Entry) -> Void) -> Bool {
        guard let slot = slot(of: identity) else { return false }
        let generation = generation
        slots.update(slot) { slot in
            if var entry = slot.entry.take() {
                change(&entry)
                slot.entry = entry
            }
            slot.generation = generation
        }
        return true
    }

    /// Removes and returns the entry of this name.
    @discardableResult
    package mutating func remove(_ identity: Entry.Identity) -> Entry? {
        guard let bucket = bucket(of: identity, Entry.hash(of: identity)) else { return nil }
        let slot = names[bucket]
        let entry = slots.entry(slot)
        names.remove(at: bucket)
        if let kinship = entry?.kinship { leaveRing(slot, kinship) }
        moveCursors(from: slot) { $0 == .fromNewest || $0 == .fromOldest }
        slots.free(slot)
        count -= 1
        return entry
    }

    /// Removes every entry at once, and returns the table as it was: to free a large one takes its time. Walks end.
    package mutating func removeAll() -> Self {
        let former = self
        self = Self()
        generation = former.generation
        nextCursor = former.nextCursor
        return former
    }

    /// Removes every entry that `condition` is true of, and returns how many.
    @discardableResult
    package mutating func removeAll(where condition: (Entry) -> Bool) -> Int {
        var slot = slots.newest
        var removed = 0
        while slot != Slots.none {
            let next = slots.older(slot)
            if let entry = slots.entry(slot), condition(entry) {
                remove(entry.identity)
                removed += 1
            }
            slot = next
        }
        return removed
    }

    /// Whether the entry of this name has been written since the stamp became ``generation``.
    package func isStamped(_ identity: Entry.Identity) -> Bool {
        slot(of: identity).map { slots.generation(of: $0) == generation } ?? false
    }

    /// Removes every entry not written since its stamp became ``generation``, and hands each to `body`.
    package mutating func removeAll(notStampedWith generation: UInt32, _ body: (Entry) -> Void) {
        var slot = slots.newest
        while slot != Slots.none {
            let next = slots.older(slot)
            if slots.generation(of: slot) != generation, let entry = slots.entry(slot) {
                body(entry)
                remove(entry.identity)
            }
            slot = next
        }
    }

    /// Hands every entry to `body`, newest first.
    package func forEach(_ body: (Entry) -> Void) {
        var slot = slots.newest
        while slot != Slots.none {
            if let entry = slots.entry(slot) { body(entry) }
            slot = slots.older(slot)
        }
    }

    // MARK: Cursors

    /// Begins a walk from one end. Entries that come later at that end are not met; removed ones are stepped over.
    package mutating func openCursor(at end: TableEnd = .newest) -> CursorID {
        switch end {
        case .newest: openCursor(.fromNewest, at: slots.newest)
        case .oldest: openCursor(.fromOldest, at: slots.oldest)
        }
    }

    /// Begins a walk over the entries of one kinship, newest first as far as that is known, and by chance some others.
    package mutating func openCursor(kinship: UInt32) -> CursorID {
        openCursor(.kin(kinship), at: rings.head(of: kinship) ?? Slots.none)
    }

    private mutating func openCursor(_ course: Course, at slot: UInt32) -> CursorID {
        let cursor = CursorID(number: nextCursor)
        nextCursor += 1
        cursors.append(Cursor(id: cursor, slot: slot, course: course))
        return cursor
    }

    /// The next entry of a walk; `nil` at its end.
    package mutating func next(_ cursor: CursorID) -> Entry? {
        guard let index = cursors.firstIndex(where: { $0.id == cursor }) else { return nil }
        let slot = cursors[index].slot
        guard slot != Slots.none else { return nil }
        cursors[index].slot = following(slot, on: cursors[index].course)
        return slots.entry(slot)
    }

    private func following(_ slot: UInt32, on course: Course) -> UInt32 {
        switch course {
        case .fromNewest: slots.older(slot)
        case .fromOldest: slots.newer(slot)
        case .kin(let kinship): rings.next(after: slot, of: kinship) ?? Slots.none
        }
    }

    /// Lets the walks of some courses that stand at a slot go on behind it.
    private mutating func moveCursors(from slot: UInt32, where isMeant: (Course) -> Bool) {
        for index in cursors.indices where cursors[index].slot == slot && isMeant(cursors[index].course) {
            cursors[index].slot = following(slot, on: cursors[index].course)
        }
    }

    /// Ends a walk.
    package mutating func closeCursor(_ cursor: CursorID) {
        cursors.removeAll { $0.id == cursor }
    }

    // MARK: Names

    /// Takes a slot out of its ring; a walk along the ring goes on behind it.
    private mutating func leaveRing(_ slot: UInt32, _ kinship: UInt32) {
        moveCursors(from: slot) { $0 == .kin(kinship) }
        rings.unlink(slot, kinship)
    }

    private func bucket(of identity: Entry.Identity, _ hash: UInt32) -> Int? {
        names.bucket(of: hash) { slots.identity($0) == identity }
    }

    private func slot(of identity: Entry.Identity) -> UInt32? {
        bucket(of: identity, Entry.hash(of: identity)).map { names[$0] }
    }
}
