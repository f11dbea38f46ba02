import IPsec

/// Declarations that hold for a time, while the file is read: of one name there may be several, one after another.
struct TimedDeclarations<Identity: Hashable & Sendable, Entry: Sendable> {
    private struct Slot {
        let declaration: TimedDeclaration<Entry>
        /// The number of the statement; 0 for one that was removed again.
        var clock: Int
    }

    private var slots: [Slot] = []
    /// The slots of a name, in the order of time: no two of them hold at one moment. A declaration that a flush took back
    /// is no longer among them where a later one holds at its time.
    private var windows: [Identity: [Int]] = [:]

    var isEmpty: Bool { slots.isEmpty }

    /// Takes a declaration, of which all ``rivals(of:in:)`` have been taken back.
    mutating func insert(
        _ identity: Identity, _ entry: Entry, _ origin: StatementOrigin, _ validity: Validity, _ clock: Int
    ) {
        let declared = DesiredState.Declared(entry: entry, origin: origin)
        slots.append(Slot(declaration: TimedDeclaration(declared: declared, validity: validity), clock: clock))
        Self.place(slots.count - 1, among: slots, in: &windows[identity, default: []])
    }

    /// Puts the window of a slot into its place, in place of those that it overlaps.
    private static func place(_ slot: Int, among slots: [Slot], in windows: inout [Int]) {
        let taken = overlap(of: windows, with: slots[slot].declaration.validity, slots)
        windows.replaceSubrange(taken, with: CollectionOfOne(slot))
    }

    /// Which of these windows hold at some moment of `validity`: being apart, they end in the order in which they begin.
    private static func overlap(of windows: [Int], with validity: Validity, _ slots: [Slot]) -> Range<Int> {
        let first = windows.partition { slots[$0].declaration.validity.until > validity.from }
        return first..<windows[first...].partition { slots[$0].declaration.validity.from >= validity.until }
    }

    /// Those of a name that hold at some moment of `validity`, in the order of declaration, and when they were declared.
    func rivals(of identity: Identity, in validity: Validity) -> [(declared: DesiredState.Declared<Entry>, clock: Int)]
    {
        guard !slots.isEmpty, let windows = windows[identity] else { return [] }
        return windows[Self.overlap(of: windows, with: validity, slots)].sorted().map { slot in
            (slots[slot].declaration.declared, slots[slot].clock)
        }
    }

    /// All of them, in their order, and when they were declared.
    var all: [(timed: TimedDeclaration<Entry>, clock: Int)] {
        slots.filter { $0.clock > 0 }.map { ($0.declaration, $0.clock) }
    }

    mutating func remove(_ identity: Identity) {
        guard !slots.isEmpty else { return }
        for slot in windows.removeValue(forKey: identity) ?? [] { slots[slot].clock = 0 }
    }

    /// What is declared, in its order, as far as `isKept` says so.
    func remaining(where isKept: (_ clock: Int, Entry) -> Bool) -> [TimedDeclaration<Entry>] {
        all.compactMap { timed, clock in isKept(clock, timed.declared.entry) ? timed : nil }
    }
}
