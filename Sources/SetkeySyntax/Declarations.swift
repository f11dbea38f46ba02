/// Entries by identity, in the order of their declaration.
struct Declarations<Identity: Hashable, Entry: Sendable> {
    /// A declaration, and the number of its statement.
    struct Slot {
        let declared: DesiredState.Declared<Entry>
        let clock: Int
    }

    private var slots: [Slot?] = []
    private var index: [Identity: Int] = [:]

    var isEmpty: Bool { index.isEmpty }

    /// Takes the entry where the identity is new, and gives `nil`; else gives what was declared before.
    mutating func insert(_ identity: Identity, _ entry: Entry, _ origin: StatementOrigin, _ clock: Int) -> Slot? {
        let slot = slots.count
        let known = index[identity, default: slot]
        guard known == slot else { return slots[known] }
        index[identity] = slot
        slots.append(Slot(declared: DesiredState.Declared(entry: entry, origin: origin), clock: clock))
        return nil
    }

    /// Takes the entry in place of an earlier one, at the end of the order.
    mutating func replace(_ identity: Identity, _ entry: Entry, _ origin: StatementOrigin, _ clock: Int) {
        remove(identity)
        _ = insert(identity, entry, origin, clock)
    }

    mutating func remove(_ identity: Identity) {
        guard let slot = index.removeValue(forKey: identity) else { return }
        slots[slot] = nil
    }

    /// The number of the statement that declares an identity.
    func clock(of identity: Identity) -> Int? {
        index[identity].flatMap { slots[$0]?.clock }
    }

    /// What is declared, as far as `isKept` says so.
    func remaining(where isKept: (_ clock: Int, Entry) -> Bool) -> [DesiredState.Declared<Entry>] {
        slots.compactMap { slot in
            slot.flatMap { isKept($0.clock, $0.declared.entry) ? $0.declared : nil }
        }
    }
}
