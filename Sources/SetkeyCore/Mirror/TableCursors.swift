/// Where the walks through a table stand; they outlive its changes.
package struct TableCursors: Sendable {
    /// A walk.
    package struct ID: Hashable, Sendable {
        fileprivate let number: Int
    }

    /// Which entries a walk meets, and in which order.
    enum Course: Equatable, Sendable {
        case fromNewest
        case fromOldest
        case kin(UInt32)

        /// Whether it leads along the order of the whole table.
        fileprivate var isAlongOrder: Bool { self == .fromNewest || self == .fromOldest }
    }

    private struct Cursor: Sendable {
        let id: ID
        /// The slot that comes next.
        var slot: UInt32
        let course: Course
    }

    /// Few at any time, one for each dump that is being sent: a search is cheaper than a hash.
    private var cursors: [Cursor] = []
    private var nextNumber = 0

    var isEmpty: Bool { cursors.isEmpty }

    mutating func open(_ course: Course, at slot: UInt32) -> ID {
        let id = ID(number: nextNumber)
        nextNumber += 1
        cursors.append(Cursor(id: id, slot: slot, course: course))
        return id
    }

    /// Ends a walk.
    mutating func close(_ id: ID) { cursors.removeAll { $0.id == id } }

    /// Ends all walks.
    mutating func closeAll() { cursors = [] }

    /// The next slot of a walk; `nil` at its end.
    mutating func advance<Entry>(
        _ id: ID, in slots: borrowing EntrySlots<Entry>, _ rings: borrowing SlotRings
    ) -> UInt32? {
        guard let index = cursors.firstIndex(where: { $0.id == id }) else { return nil }
        let slot = cursors[index].slot
        guard slot != EntrySlots<Entry>.none else { return nil }
        cursors[index].slot = Self.following(slot, on: cursors[index].course, in: slots, rings)
        return slot
    }

    /// The slot that comes next in a walk; `nil` at its end.
    func next<Entry>(_ id: ID, in slots: borrowing EntrySlots<Entry>) -> UInt32? {
        guard let cursor = cursors.first(where: { $0.id == id }), cursor.slot != EntrySlots<Entry>.none else {
            return nil
        }
        return cursor.slot
    }

    /// A slot has joined the order at its oldest end: it comes next where the walks that stand at that end go on.
    mutating func joinOrder<Entry>(_ slot: UInt32, in slots: borrowing EntrySlots<Entry>) {
        for index in cursors.indices
        where cursors[index].slot == EntrySlots<Entry>.none && cursors[index].course == .fromNewest {
            cursors[index].slot = slot
        }
    }

    /// A slot leaves the order: the walks along it that stand there go on behind it.
    mutating func leaveOrder<Entry>(
        _ slot: UInt32, in slots: borrowing EntrySlots<Entry>, _ rings: borrowing SlotRings
    ) {
        for index in cursors.indices where cursors[index].slot == slot && cursors[index].course.isAlongOrder {
            cursors[index].slot = Self.following(slot, on: cursors[index].course, in: slots, rings)
        }
    }

    /// A slot leaves its ring: the walks along that ring that stand there go on behind it.
    mutating func leaveRing<Entry>(
        _ slot: UInt32, _ kinship: UInt32, in slots: borrowing EntrySlots<Entry>, _ rings: borrowing SlotRings
    ) {
        for index in cursors.indices where cursors[index].slot == slot && cursors[index].course == .kin(kinship) {
            cursors[index].slot = Self.following(slot, on: cursors[index].course, in: slots, rings)
        }
    }

    private static func following<Entry>(
        _ slot: UInt32, on course: Course, in slots: borrowing EntrySlots<Entry>, _ rings: borrowing SlotRings
    ) -> UInt32 {
        switch course {
        case .fromNewest: slots.older(slot)
        case .fromOldest: slots.newer(slot)
        case .kin(let kinship): rings.next(after: slot, of: kinship, in: slots) ?? EntrySlots<Entry>.none
        }
    }
}
