/// Declared entries that the kernel does not hold as declared, and why; counted as they come and go.
struct DriftedEntries: Sendable {
    private var reasons = ShardedDictionary<EntryName, StepReason>()
    /// How many of them the kernel does not have at all.
    private(set) var missing = PerDatabase(both: 0)
    /// How many of them it has, and otherwise.
    private(set) var altered = PerDatabase(both: 0)

    var count: Int { reasons.count }
    var isEmpty: Bool { reasons.isEmpty }

    subscript(name: EntryName) -> StepReason? {
        get { reasons[name] }
        set {
            let former = newValue.map { reasons.updateValue($0, forKey: name) } ?? reasons.removeValue(forKey: name)
            if let former { count(name, former, -1) }
            if let newValue { count(name, newValue, 1) }
        }
    }

    private mutating func count(_ name: EntryName, _ reason: StepReason, _ change: Int) {
        if case .missing = reason { missing[name.database] += change } else { altered[name.database] += change }
    }
}
