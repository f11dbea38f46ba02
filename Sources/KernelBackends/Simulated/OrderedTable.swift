/// A table that remembers the order of insertion: insert at the head, remove and look up anywhere, all in constant
/// time, and walk from the newest entry to the oldest while it changes.
///
/// This is how the kernel keeps SAs and policies for its dumps (kernel-facts 3.1: newest first).
struct OrderedTable<Element> {
    /// Names an entry while it is in the table; later another entry may get the same handle.
    struct Handle: Hashable {
        fileprivate let slot: Int
    }

    fileprivate struct Slot {
        /// `nil` in a slot that waits for its next use.
        var element: Element?
        var newer: Int?
        var older: Int?
    }

    private var slots: [Slot] = []
    private var free: [Int] = []
    private var head: Int?

    /// How many entries there are.
    private(set) var count = 0

    /// The entry inserted last; `nil` in an empty table.
    var newest: Handle? { head.map(Handle.init) }

    /// The entry behind `handle`; `nil` when it has been removed.
    subscript(handle: Handle) -> Element? {
        _read { yield slots[handle.slot].element }
        _modify { yield &slots[handle.slot].element }
    }

    /// The entry that comes after `handle` in a walk, which is the next older one.
    func older(than handle: Handle) -> Handle? {
        slots[handle.slot].older.map(Handle.init)
    }

    /// Inserts `element` as the newest.
    mutating func insert(_ element: Element) -> Handle {
        let slot = Slot(element: element, newer: nil, older: head)
        let index: Int
        if let reused = free.popLast() {
            index = reused
            slots[reused] = slot
        } else {
            index = slots.count
            slots.append(slot)
        }
        if let head { slots[head].newer = index }
        head = index
        count += 1
        return Handle(slot: index)
    }

    /// Takes the entry out; `nil` when it was out already.
    mutating func remove(_ handle: Handle) -> Element? {
        guard let element = slots[handle.slot].element else { return nil }
        let (newer, older) = (slots[handle.slot].newer, slots[handle.slot].older)
        if let newer { slots[newer].older = older } else { head = older }
        if let older { slots[older].newer = newer }
        slots[handle.slot] = Slot(element: nil, newer: nil, older: nil)
        free.append(handle.slot)
        count -= 1
        return element
    }
}

extension OrderedTable.Slot: Sendable where Element: Sendable {}
extension OrderedTable: Sendable where Element: Sendable {}

extension OrderedTable {
    /// The handles, newest first, as they are now.
    var handles: [Handle] {
        var all: [Handle] = []
        all.reserveCapacity(count)
        var next = newest
        while let handle = next {
            all.append(handle)
            next = older(than: handle)
        }
        return all
    }

    /// The first entry, newest first, that satisfies `condition`.
    func first(where condition: (Element) -> Bool) -> Handle? {
        var next = newest
        while let handle = next {
            if let element = self[handle], condition(element) { return handle }
            next = older(than: handle)
        }
        return nil
    }
}
