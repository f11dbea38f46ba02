package import IPsec

/// Entries by identity, in an order that survives changes: newest first, as the kernel dumps.
///
/// Made for 100,000 entries and more: entries lie in chunks that never move (growing copies nothing and holds no
/// second copy), the index is eight bytes a bucket, and every operation but the walks is O(1). Cursors outlive
/// changes, so that a walk can be made in parts while the table lives on.
package struct EntryTable<Entry: TableEntry>: Sendable {
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

    private struct Slot: Sendable {
        var entry: Entry?
        /// Neighbours in the order; for a free slot `older` is the next free one.
        var newer: UInt32
        var older: UInt32
        var generation: UInt32
    }

    private static var none: UInt32 { .max }
    private static var chunkShift: UInt32 { 7 }
    private static var chunkMask: UInt32 { 127 }

    private var chunks: [[Slot]] = []
    private var slotCount: UInt32 = 0
    private var firstFree = none
    private var newest = none
    private var oldest = none
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
        return entry(slot)
    }

    /// Whether there is one of this name.
    package func contains(_ identity: Entry.Identity) -> Bool {
        slot(of: identity) != nil
    }

    /// Whether `condition` is true of one entry's name.
    package func contains(where condition: (Entry.Identity) -> Bool) -> Bool {
        var slot = newest
        while slot != Self.none {
            if let identity = identity(slot), condition(identity) { return true }
            slot = older(slot)
        }
        return false
    }

    /// Inserts or replaces; a replaced entry keeps its place unless `end` moves it.
    /// - Parameter end: where a new entry goes.
    /// - Parameter moving: whether a replaced one goes there too.
    package mutating func insert(_ entry: Entry, at end: TableEnd, moving: Bool = false) {
        let hash = Self.hash(of: entry.identity)
        if let bucket = bucket(of: entry.identity, hash) {
            let slot = names[bucket]
            replace(slot, entry)
            if moving {
                unlink(slot)
                link(slot, at: end)
            }
            return
        }
        let slot = allocate(entry)
        names.insert(slot, hash)
        link(slot, at: end)
        if let kinship = entry.kinship { rings.link(slot, kinship, at: end) }
        count += 1
    }

    private mutating func replace(_ slot: UInt32, _ entry: Entry) {
        let (former, kinship) = (kinship(of: slot), entry.kinship)
        if former != kinship, let former {
            leaveRing(slot, former)
            if let kinship { rings.link(slot, kinship, at: .newest) }
        }
        let generation = generation
        update(slot) {
            let former = $0.entry
            $0.entry = entry
            if let former { $0.entry?.share(former) }
            $0.generation = generation
        }
    }

    /// Lets the entry of this name share with `known` what is the same in both; nobody has written it thereby.
    package mutating func share(_ known: Entry) {
        guard let slot = slot(of: known.identity) else { return }
        update(slot) { $0.entry?.share(known) }
    }

    /// Changes the entry of this name in place; its identity must stay.
    /// - Returns: whether there was one.
    @discardableResult
    package mutating func modify(_ identity: Entry.Identity, _ change: (inout Entry) -> Void) -> Bool {
        guard let slot = slot(of: identity) else { return false }
        update(slot) { slot in
            if var entry = slot.entry.take() {
                change(&entry)
                slot.entry = entry
            }
        }
        stamp(slot)
        return true
    }

    /// Removes and returns the entry of this name.
    @discardableResult
    package mutating func remove(_ identity: Entry.Identity) -> Entry? {
        guard let bucket = bucket(of: identity, Self.hash(of: identity)) else { return nil }
        let slot = names[bucket]
        let entry = entry(slot)
        names.remove(at: bucket)
        if let kinship = entry?.kinship { leaveRing(slot, kinship) }
        moveCursors(from: slot) { $0 == .fromNewest || $0 == .fromOldest }
        unlink(slot)
        update(slot) { $0.entry = nil }
        setOlder(slot, firstFree)
        firstFree = slot
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
        var slot = newest
        var removed = 0
        while slot != Self.none {
            let next = older(slot)
            if let entry = entry(slot), condition(entry) {
                remove(entry.identity)
                removed += 1
            }
            slot = next
        }
        return removed
    }

    /// Whether the entry of this name has been written since the stamp became ``generation``.
    package func isStamped(_ identity: Entry.Identity) -> Bool {
        slot(of: identity).map { generation(of: $0) == generation } ?? false
    }

    /// Removes every entry not written since its stamp became ``generation``, and hands each to `body`.
    package mutating func removeAll(notStampedWith generation: UInt32, _ body: (Entry) -> Void) {
        var slot = newest
        while slot != Self.none {
            let next = older(slot)
            if self.generation(of: slot) != generation, let entry = entry(slot) {
                body(entry)
                remove(entry.identity)
            }
            slot = next
        }
    }

    /// Hands every entry to `body`, newest first.
    package func forEach(_ body: (Entry) -> Void) {
        var slot = newest
        while slot != Self.none {
            if let entry = entry(slot) { body(entry) }
            slot = older(slot)
        }
    }

    // MARK: Cursors

    /// Begins a walk from one end. Entries that come later at that end are not met; removed ones are stepped over.
    package mutating func openCursor(at end: TableEnd = .newest) -> CursorID {
        switch end {
        case .newest: openCursor(.fromNewest, at: newest)
        case .oldest: openCursor(.fromOldest, at: oldest)
        }
    }

    /// Begins a walk over the entries of one kinship, newest first as far as that is known, and by chance some others.
    package mutating func openCursor(kinship: UInt32) -> CursorID {
        openCursor(.kin(kinship), at: rings.head(of: kinship) ?? Self.none)
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
        guard slot != Self.none else { return nil }
        cursors[index].slot = following(slot, on: cursors[index].course)
        return entry(slot)
    }

    private func following(_ slot: UInt32, on course: Course) -> UInt32 {
        switch course {
        case .fromNewest: older(slot)
        case .fromOldest: newer(slot)
        case .kin(let kinship): rings.next(after: slot, of: kinship) ?? Self.none
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

    // MARK: Slots

    // One field at a time: a slot holds an entry of some hundred bytes, which nobody wants copied to see its neighbour.

    private func entry(_ slot: UInt32) -> Entry? {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].entry
    }

    private func identity(_ slot: UInt32) -> Entry.Identity? {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].entry?.identity
    }

    private func newer(_ slot: UInt32) -> UInt32 {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].newer
    }

    private func older(_ slot: UInt32) -> UInt32 {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].older
    }

    private func generation(of slot: UInt32) -> UInt32 {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].generation
    }

    private func kinship(of slot: UInt32) -> UInt32? {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].entry?.kinship
    }

    private mutating func update(_ slot: UInt32, _ change: (inout Slot) -> Void) {
        change(&chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)])
    }

    private mutating func setNewer(_ slot: UInt32, _ newer: UInt32) { update(slot) { $0.newer = newer } }
    private mutating func setOlder(_ slot: UInt32, _ older: UInt32) { update(slot) { $0.older = older } }
    private mutating func stamp(_ slot: UInt32) {
        let generation = generation
        update(slot) { $0.generation = generation }
    }

    private mutating func allocate(_ entry: Entry) -> UInt32 {
        let fresh = Slot(entry: entry, newer: Self.none, older: Self.none, generation: generation)
        if firstFree != Self.none {
            let slot = firstFree
            firstFree = older(slot)
            update(slot) { $0 = fresh }
            return slot
        }
        let slot = slotCount
        if slot & Self.chunkMask == 0 {
            var chunk: [Slot] = []
            chunk.reserveCapacity(Int(Self.chunkMask) + 1)
            chunks.append(chunk)
        }
        chunks[chunks.count - 1].append(fresh)
        slotCount += 1
        return slot
    }

    private mutating func link(_ slot: UInt32, at end: TableEnd) {
        switch end {
        case .newest:
            setNewer(slot, Self.none)
            setOlder(slot, newest)
            if newest == Self.none { oldest = slot } else { setNewer(newest, slot) }
            newest = slot
        case .oldest:
            setNewer(slot, oldest)
            setOlder(slot, Self.none)
            if oldest == Self.none { newest = slot } else { setOlder(oldest, slot) }
            oldest = slot
        }
    }

    private mutating func unlink(_ slot: UInt32) {
        let (newer, older) = (newer(slot), older(slot))
        if newer == Self.none { newest = older } else { setOlder(newer, older) }
        if older == Self.none { oldest = newer } else { setNewer(older, newer) }
    }

    /// Takes a slot out of its ring; a walk along the ring goes on behind it.
    private mutating func leaveRing(_ slot: UInt32, _ kinship: UInt32) {
        moveCursors(from: slot) { $0 == .kin(kinship) }
        rings.unlink(slot, kinship)
    }

    // MARK: Names

    private static func hash(of identity: Entry.Identity) -> UInt32 {
        UInt32(truncatingIfNeeded: identity.hashValue)
    }

    private func bucket(of identity: Entry.Identity, _ hash: UInt32) -> Int? {
        names.bucket(of: hash) { self.identity($0) == identity }
    }

    private func slot(of identity: Entry.Identity) -> UInt32? {
        bucket(of: identity, Self.hash(of: identity)).map { names[$0] }
    }
}
