import IPsec

/// The places of a table's entries, and the order of those that are in use.
///
/// They lie in chunks that never move: growing copies nothing and holds no second copy.
struct EntrySlots<Entry: TableEntry>: Sendable {
    struct Slot: Sendable {
        var entry: Entry?
        /// Neighbours in the order; for a free slot `older` is the next free one.
        fileprivate var newer: UInt32
        fileprivate var older: UInt32
        /// Neighbours in the ring of its kinship, if it is in one; see ``SlotRings``.
        var ringNext: UInt32
        var ringPrevious: UInt32
        /// Of the table when the entry was written.
        var generation: UInt32
        /// The entry's; kept here so that a walk need not look at entries that do not matter.
        fileprivate let division: UInt8
    }

    /// No slot.
    static var none: UInt32 { .max }
    private static var chunkShift: UInt32 { 7 }
    private static var chunkMask: UInt32 { 127 }

    private var chunks: [[Slot]] = []
    private var slotCount: UInt32 = 0
    private var firstFree = none
    /// The ends of the order; ``none`` while nothing is in use.
    private(set) var newest = none
    private(set) var oldest = none

    // MARK: One slot

    // One field at a time: nobody wants a whole slot copied, and the entry retained, to see its neighbour.

    func entry(_ slot: UInt32) -> Entry? {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].entry
    }

    func identity(_ slot: UInt32) -> Entry.Identity? {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].entry?.identity
    }

    /// Whether there is such a slot; it may be free.
    func contains(_ slot: UInt32) -> Bool { slot < slotCount }

    /// Whether the entry of a slot, if it has one, has this name.
    func isNamed(_ slot: UInt32, _ identity: Entry.Identity) -> Bool {
        guard let entry = entry(slot) else { return false }
        return entry.identity == identity
    }

    func kinship(of slot: UInt32) -> UInt32? {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].entry?.kinship
    }

    func generation(of slot: UInt32) -> UInt32 {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].generation
    }

    func division(of slot: UInt32) -> UInt8 {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].division
    }

    func newer(_ slot: UInt32) -> UInt32 {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].newer
    }

    func older(_ slot: UInt32) -> UInt32 {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].older
    }

    func ringNext(_ slot: UInt32) -> UInt32 {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].ringNext
    }

    func ringPrevious(_ slot: UInt32) -> UInt32 {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].ringPrevious
    }

    /// Changes a slot in place; the entry's name must stay.
    mutating func update(_ slot: UInt32, _ change: (inout Slot) -> Void) {
        change(&chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)])
    }

    private mutating func setNewer(_ slot: UInt32, _ newer: UInt32) { update(slot) { $0.newer = newer } }
    private mutating func setOlder(_ slot: UInt32, _ older: UInt32) { update(slot) { $0.older = older } }

    // MARK: Use

    /// Puts a new entry at one end of the order, and returns its slot, which is alone in its ring.
    mutating func insert(_ entry: Entry, _ generation: UInt32, at end: TableEnd) -> UInt32 {
        let slot = firstFree == Self.none ? slotCount : firstFree
        let (newer, older) = neighbours(at: end)
        let fresh = Slot(
            entry: entry, newer: newer, older: older, ringNext: slot, ringPrevious: slot, generation: generation,
            division: entry.division)
        if slot == slotCount {
            append(fresh)
        } else {
            firstFree = self.older(slot)
            update(slot) { $0 = fresh }
        }
        attach(slot, at: end)
        return slot
    }

    private mutating func append(_ fresh: Slot) {
        if slotCount & Self.chunkMask == 0 {
            var chunk: [Slot] = []
            chunk.reserveCapacity(Int(Self.chunkMask) + 1)
            chunks.append(chunk)
        }
        chunks[chunks.count - 1].append(fresh)
        slotCount += 1
    }

    /// Takes a slot out of the order and its entry out of it.
    mutating func free(_ slot: UInt32) {
        unlink(slot)
        let next = firstFree
        update(slot) {
            $0.entry = nil
            $0.older = next
        }
        firstFree = slot
    }

    // MARK: The order

    /// Moves a slot to one end.
    mutating func move(_ slot: UInt32, to end: TableEnd) {
        unlink(slot)
        let (newer, older) = neighbours(at: end)
        update(slot) {
            $0.newer = newer
            $0.older = older
        }
        attach(slot, at: end)
    }

    /// The neighbours of a slot that is put at one end.
    private func neighbours(at end: TableEnd) -> (newer: UInt32, older: UInt32) {
        switch end {
        case .newest: (Self.none, newest)
        case .oldest: (oldest, Self.none)
        }
    }

    /// Makes a slot that knows its neighbours known to them.
    private mutating func attach(_ slot: UInt32, at end: TableEnd) {
        switch end {
        case .newest:
            if newest == Self.none { oldest = slot } else { setNewer(newest, slot) }
            newest = slot
        case .oldest:
            if oldest == Self.none { newest = slot } else { setOlder(oldest, slot) }
            oldest = slot
        }
    }

    private mutating func unlink(_ slot: UInt32) {
        let (newer, older) = (newer(slot), older(slot))
        if newer == Self.none { newest = older } else { setOlder(newer, older) }
        if older == Self.none { oldest = newer } else { setNewer(older, newer) }
    }
}
