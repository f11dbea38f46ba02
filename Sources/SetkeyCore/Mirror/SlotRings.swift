/// Slots of a table in rings, one for each kinship, so that kin are found without a walk over the table.
///
/// The slots know their neighbours in the ring; here is where each ring begins, which takes some twelve bytes a ring.
struct SlotRings: Sendable {
    /// The first slot of each ring, by kinship.
    private var heads = SlotIndex()

    /// The first slot of a ring; `nil` if nothing is of this kinship.
    func head(of kinship: UInt32) -> UInt32? {
        place(of: kinship).map { heads[$0] }
    }

    /// The slot after `slot`; `nil` where the ring is closed.
    func next<Entry>(after slot: UInt32, of kinship: UInt32, in slots: borrowing EntrySlots<Entry>) -> UInt32? {
        let next = slots.ringNext(slot)
        return next == head(of: kinship) ? nil : next
    }

    /// Puts a slot into the ring of its kinship.
    /// - Parameter end: `.newest` is before the first one, `.oldest` behind the last.
    mutating func link<Entry>(
        _ slot: UInt32, _ kinship: UInt32, at end: TableEnd, in slots: inout EntrySlots<Entry>
    ) {
        guard let place = place(of: kinship) else {
            slots.update(slot) {
                $0.ringNext = slot
                $0.ringPrevious = slot
            }
            return heads.insert(slot, kinship)
        }
        let head = heads[place]
        let last = slots.ringPrevious(head)
        slots.update(slot) {
            $0.ringNext = head
            $0.ringPrevious = last
        }
        slots.update(last) { $0.ringNext = slot }
        slots.update(head) { $0.ringPrevious = slot }
        if case .newest = end { heads[place] = slot }
    }

    mutating func unlink<Entry>(_ slot: UInt32, _ kinship: UInt32, in slots: inout EntrySlots<Entry>) {
        guard let place = place(of: kinship) else { return }
        let (next, previous) = (slots.ringNext(slot), slots.ringPrevious(slot))
        guard next != slot else { return heads.remove(at: place) }
        slots.update(previous) { $0.ringNext = next }
        slots.update(next) { $0.ringPrevious = previous }
        if heads[place] == slot { heads[place] = next }
    }

    private func place(of kinship: UInt32) -> SlotIndex.Place? {
        heads.place(of: kinship) { _ in true }
    }
}
