package import IPsec

/// Entries by identity, in an order that survives changes: newest first, as the kernel dumps.
///
/// Made for a million entries: they lie in chunks that never move (growing copies nothing and holds no second copy), the
/// index is eight bytes a bucket and grows in parts, and every operation but the walks is O(1). Cursors outlive changes,
/// so that a walk, or a sweep, can be made in parts while the table lives on.
package struct EntryTable<Entry: TableEntry>: Sendable {
    private typealias Slots = EntrySlots<Entry>

    /// A walk; see ``openCursor(at:)``.
    package typealias CursorID = TableCursors.ID

    /// What is true of the entries of one division.
    private struct Division: Sendable {
        var count = 0
        /// Entries stamped before this are gone.
        var begin: UInt32 = 0
    }

    private var slots = EntrySlots<Entry>()
    private var names = SlotIndex()
    private var rings = SlotRings()
    private var cursors = TableCursors()

    /// The number of entries.
    package private(set) var count = 0
    private var divisions = InlineArray<4, Division>(repeating: Division())
    /// Entries that are gone, but for the memory that they take; see ``removeAll(of:)``.
    private var goneCount = 0
    /// Where these are being freed.
    private var freeing: CursorID?
    /// Stamped on every entry that is written; ``removeNext(_:from:_:)`` sweeps the rest.
    package private(set) var generation: UInt32 = 0

    package init() {}

    // MARK: By identity

    /// The entry of this name.
    package subscript(identity: Entry.Identity) -> Entry? {
        guard let slot = slot(of: identity) else { return nil }
        return slots.entry(slot)
    }

    /// Whether there is one of this name.
    package func contains(_ identity: Entry.Identity) -> Bool { slot(of: identity) != nil }

    /// The number of entries of a division.
    package func count(of division: UInt8) -> Int { divisions[Int(division)].count }

    /// Inserts, or replaces and returns what was there; a replaced entry keeps its place unless `end` moves it.
    /// - Parameter end: where a new entry goes; a replaced one if it is `moving`, and nothing walks over the table.
    @discardableResult
    package mutating func insert(_ entry: Entry, at end: TableEnd, moving: Bool = false) -> Entry? {
        let hash = Entry.hash(of: entry.identity)
        if let place = place(of: entry.identity, hash) {
            let slot = names[place]
            if !isGone(slot) {
                let former = replace(slot, entry)
                // What is being walked over keeps its order, so that no walk misses an entry or meets it twice.
                if moving, cursors.isEmpty { slots.move(slot, to: end) }
                return former
            }
            free(slot, in: place)
        }
        let slot = slots.insert(entry, generation, at: end)
        if case .oldest = end { cursors.joinOrder(slot, in: slots) }
        names.insert(slot, hash)
        if let kinship = entry.kinship { rings.link(slot, kinship, at: end, in: &slots) }
        divisions[Int(slots.division(of: slot))].count += 1
        count += 1
        return nil
    }

    /// Replaces the entry that `guess` has just found by one of its name.
    package mutating func replace(_ guess: TableGuess, with entry: Entry) { replace(guess.slot, entry) }

    @discardableResult
    private mutating func replace(_ slot: UInt32, _ entry: Entry) -> Entry? {
        let former = slots.entry(slot)
        if let former, former != entry { replace(slot, former, by: entry) }
        let generation = generation
        slots.update(slot) { $0.generation = generation }
        return former
    }

    private mutating func replace(_ slot: UInt32, _ former: Entry, by entry: Entry) {
        let (kinship, formerKinship) = (entry.kinship, former.kinship)
        if formerKinship != kinship, let formerKinship {
            leaveRing(slot, formerKinship)
            if let kinship { rings.link(slot, kinship, at: .newest, in: &slots) }
        }
        var entry = entry
        entry.share(former)
        slots.update(slot) { $0.entry = entry }
    }

    /// Changes the entry of this name in place; its identity must stay.
    ///
    /// - Parameter isTold: whether the kernel has told it; else nobody has written the entry thereby.
    /// - Returns: whether there was one.
    @discardableResult
    package mutating func modify(
        _ identity: Entry.Identity, isTold: Bool = true, _ change: (inout Entry) -> Void
    ) -> Bool {
        guard let slot = slot(of: identity) else { return false }
        let generation = generation
        slots.update(slot) { slot in
            if var entry = slot.entry.take() {
                change(&entry)
                slot.entry = entry
            }
            if isTold { slot.generation = generation }
        }
        return true
    }

    /// Removes and returns the entry of this name.
    @discardableResult
    package mutating func remove(_ identity: Entry.Identity) -> Entry? {
        guard let place = place(of: identity, Entry.hash(of: identity)), !isGone(names[place]) else { return nil }
        let entry = slots.entry(names[place])
        remove(names[place], in: place)
        return entry
    }

    private mutating func remove(_ slot: UInt32, in place: SlotIndex.Place) {
        divisions[Int(slots.division(of: slot))].count -= 1
        count -= 1
        // As one that is gone, it is freed.
        goneCount += 1
        free(slot, in: place)
    }

    /// Frees the slot of an entry that is gone.
    private mutating func free(_ slot: UInt32, in place: SlotIndex.Place) {
        names.remove(at: place)
        if let kinship = slots.kinship(of: slot) { leaveRing(slot, kinship) }
        cursors.leaveOrder(slot, in: slots, rings)
        slots.free(slot)
        goneCount -= 1
    }

    /// Removes every entry at once, and returns the table as it was: to free a large one takes its time. Walks end.
    package mutating func removeAll() -> Self {
        let former = self
        self = Self()
        generation = former.generation
        cursors = former.cursors
        cursors.closeAll()
        return former
    }

    /// Removes every entry of a division. They are gone at once; their memory is given back by ``freeNext(_:)``.
    package mutating func removeAll(of division: UInt8) {
        generation &+= 1
        goneCount += count(of: division)
        count -= count(of: division)
        divisions[Int(division)] = Division(count: 0, begin: generation)
    }

    /// Frees up to `count` entries that are gone.
    /// - Returns: whether there may be more.
    package mutating func freeNext(_ count: Int) -> Bool {
        guard goneCount > 0 else { return false }
        let cursor = freeing ?? openCursor()
        freeing = cursor
        let isOver = sweep(count, from: cursor) { $0.isGone($1) }
        // Entries may have gone behind the cursor.
        if isOver || goneCount == 0, let cursor = freeing.take() { closeCursor(cursor) }
        return goneCount > 0
    }

    // MARK: Stamps

    /// Stamps what is written from now on with a new ``generation``.
    package mutating func beginGeneration() { generation &+= 1 }

    /// Whether the entry of this name has been written since the stamp became ``generation``.
    package func isStamped(_ identity: Entry.Identity) -> Bool {
        slot(of: identity).map { slots.generation(of: $0) == generation } ?? false
    }

    /// Removes up to `count` entries that have not been written since the stamp became ``generation``, from where a walk
    /// from the newest stands, and hands each to `body`.
    /// - Returns: whether the walk is over.
    package mutating func removeNext(_ count: Int, from cursor: CursorID, _ body: (Entry) -> Void) -> Bool {
        sweep(count, from: cursor) { table, slot in
            guard table.slots.generation(of: slot) != table.generation else { return false }
            if !table.isGone(slot), let entry = table.slots.entry(slot) { body(entry) }
            return true
        }
    }

    /// Removes up to `count` entries that `isMeant` is true of; to pass one by costs little.
    private mutating func sweep(
        _ count: Int, from cursor: CursorID, where isMeant: (borrowing Self, UInt32) -> Bool
    ) -> Bool {
        var removed = 0
        var passed = 0
        while removed < count, passed / 40 < count {
            guard let slot = cursors.advance(cursor, in: slots, rings) else { return true }
            if isMeant(self, slot), let place = place(of: slot) {
                if isGone(slot) { free(slot, in: place) } else { remove(slot, in: place) }
                removed += 1
            } else {
                passed += 1
            }
        }
        return false
    }

    /// Hands every entry to `body`, newest first.
    package func forEach(_ body: (Entry) -> Void) {
        var slot = slots.newest
        while slot != Slots.none {
            if !isGone(slot), let entry = slots.entry(slot) { body(entry) }
            slot = slots.older(slot)
        }
    }

    // MARK: Cursors

    /// Begins a walk from one end. Entries that come later at that end are not met, those that come at the other one are;
    /// removed ones are stepped over.
    package mutating func openCursor(at end: TableEnd = .newest) -> CursorID {
        switch end {
        case .newest: cursors.open(.fromNewest, at: slots.newest)
        case .oldest: cursors.open(.fromOldest, at: slots.oldest)
        }
    }

    /// Begins a walk over the entries of one kinship, newest first as far as that is known, and by chance some others.
    package mutating func openCursor(kinship: UInt32) -> CursorID {
        cursors.open(.kin(kinship), at: rings.head(of: kinship) ?? Slots.none)
    }

    /// The next entry of a walk; `nil` at its end.
    package mutating func next(_ cursor: CursorID) -> Entry? {
        while let slot = cursors.advance(cursor, in: slots, rings) {
            if !isGone(slot) { return slots.entry(slot) }
        }
        return nil
    }

    /// The next entry of a walk, if it has been written since the stamp became ``generation``; `nil` where it has not, and
    /// at the end of the walk, where it may go on when others have come.
    package mutating func nextStamped(_ cursor: CursorID) -> Entry? {
        while let slot = cursors.next(cursor, in: slots) {
            let isGone = isGone(slot)
            guard isGone || slots.generation(of: slot) == generation else { return nil }
            _ = cursors.advance(cursor, in: slots, rings)
            if !isGone { return slots.entry(slot) }
        }
        return nil
    }

    /// Ends a walk.
    package mutating func closeCursor(_ cursor: CursorID) { cursors.close(cursor) }

    // MARK: Names

    /// The entry of this name, which is looked for first behind the one that `guess` has found last.
    package func entry(_ identity: Entry.Identity, guessing guess: inout TableGuess) -> Entry? {
        let next = slots.contains(guess.slot) ? slots.older(guess.slot) : slots.newest
        // The slot of the last one may have been freed, and the next be any other.
        let isRight = slots.contains(next) && slots.isNamed(next, identity) && !isGone(next)
        guard let slot = isRight ? next : slot(of: identity) else { return nil }
        guess.slot = slot
        return slots.entry(slot)
    }

    /// Takes a slot out of its ring; a walk along the ring goes on behind it.
    private mutating func leaveRing(_ slot: UInt32, _ kinship: UInt32) {
        cursors.leaveRing(slot, kinship, in: slots, rings)
        rings.unlink(slot, kinship, in: &slots)
    }

    private func place(of identity: Entry.Identity, _ hash: UInt32) -> SlotIndex.Place? {
        names.place(of: hash) { slots.isNamed($0, identity) }
    }

    private func place(of slot: UInt32) -> SlotIndex.Place? {
        guard let identity = slots.identity(slot) else { return nil }
        return names.place(of: Entry.hash(of: identity)) { $0 == slot }
    }

    private func slot(of identity: Entry.Identity) -> UInt32? {
        guard let place = place(of: identity, Entry.hash(of: identity)), !isGone(names[place]) else { return nil }
        return names[place]
    }

    /// Whether the entry of a slot went with its division, and is still to be freed.
    private func isGone(_ slot: UInt32) -> Bool {
        goneCount > 0 && slots.generation(of: slot) < divisions[Int(slots.division(of: slot))].begin
    }
}
