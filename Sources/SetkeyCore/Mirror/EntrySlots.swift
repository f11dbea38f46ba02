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
        /// Of the table when the entry was written.
        var generation: UInt32
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

    func kinship(of slot: UInt32) -> UInt32? {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].entry?.kinship
    }

    func generation(of slot: UInt32) -> UInt32 {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].generation
    }

    func newer(_ slot: UInt32) -> UInt32 {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].newer
    }

    func older(_ slot: UInt32) -> UInt32 {
        chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)].older
    }

    /// Changes a slot in place; the entry's name must stay.
    mutating func update(_ slot: UInt32, _ change: (inout Slot) -> Void) {
        change(&chunks[Int(slot >> Self.chunkShift)][Int(slot & Self.chunkMask)])
    }

    private mutating func setNewer(_ slot: UInt32, _ newer: UInt32) { update(slot) { $0.newer = newer } }
    private mutating func setOlder(_ slot: UInt32, _ older: UInt32) { update(slot) { $0.older = older } }

    // MARK: Use

    /// A slot for a new entry, which is to be linked.
    mutating func allocate(_ entry: Entry, _ generation: UInt32) -> UInt32 {
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

    mutating func link(_ slot: UInt32, at end: TableEnd) {
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

    mutating func unlink(_ slot: UInt32) {
        let (newer, older) = (newer(slot), older(slot))
        if newer == Self.none { newest = older } else { setOlder(newer, older) }
        if older == Self.none { oldest = newer } else { setNewer(older, newer) }
    }
}
