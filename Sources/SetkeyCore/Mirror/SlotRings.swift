/// Slots of a table in rings, one for each kinship, so that kin are found without a walk over the table.
///
/// It costs eight bytes a slot, and some twelve for each ring.
struct SlotRings: Sendable {
    private struct Link: Sendable {
        var next: UInt32
        var previous: UInt32
    }

    private var links: [Link] = []
    /// The first slot of each ring, by kinship.
    private var heads = SlotIndex()

    /// The first slot of a ring; `nil` if nothing is of this kinship.
    func head(of kinship: UInt32) -> UInt32? {
        bucket(of: kinship).map { heads[$0] }
    }

    /// The slot after `slot`; `nil` where the ring is closed.
    func next(after slot: UInt32, of kinship: UInt32) -> UInt32? {
        let next = links[Int(slot)].next
        return next == head(of: kinship) ? nil : next
    }

    /// Puts a slot into the ring of its kinship.
    /// - Parameter end: `.newest` is before the first one, `.oldest` behind the last.
    mutating func link(_ slot: UInt32, _ kinship: UInt32, at end: TableEnd) {
        while links.count <= Int(slot) { links.append(Link(next: slot, previous: slot)) }
        guard let bucket = bucket(of: kinship) else {
            links[Int(slot)] = Link(next: slot, previous: slot)
            return heads.insert(slot, kinship)
        }
        let head = heads[bucket]
        let last = links[Int(head)].previous
        links[Int(slot)] = Link(next: head, previous: last)
        links[Int(last)].next = slot
        links[Int(head)].previous = slot
        if case .newest = end { heads[bucket] = slot }
    }

    mutating func unlink(_ slot: UInt32, _ kinship: UInt32) {
        guard let bucket = bucket(of: kinship) else { return }
        let link = links[Int(slot)]
        guard link.next != slot else { return heads.remove(at: bucket) }
        links[Int(link.previous)].next = link.next
        links[Int(link.next)].previous = link.previous
        if heads[bucket] == slot { heads[bucket] = link.next }
    }

    private func bucket(of kinship: UInt32) -> Int? {
        heads.bucket(of: kinship) { _ in true }
    }
}
