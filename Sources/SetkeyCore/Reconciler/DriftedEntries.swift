/// Declared entries that the kernel does not hold as declared, and why; counted as they come and go.
struct DriftedEntries: Sendable {
    private var reasons = ShardedDictionary<EntryName, StepReason>()
    /// How many of them the kernel does not have at all.
    private(set) var missing = (associations: 0, policies: 0)
    /// How many of them it has, and otherwise.
    private(set) var altered = (associations: 0, policies: 0)

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
        switch (name, reason) {
        case (.association, .missing): missing.associations += change
        case (.association, _): altered.associations += change
        case (.policy, .missing): missing.policies += change
        case (.policy, _): altered.policies += change
        }
    }
}

/// What a plan could not do, as it is found step by step.
struct DriftRemainder: Sendable {
    private(set) var drifted = DriftedEntries()
    private(set) var givenUp = ShardedDictionary<EntryName, Void>()

    mutating func note(_ step: Step) {
        guard step.reason != .stale else { return }
        drifted[step.change.entry] = step.reason
        givenUp[step.change.entry] = ()
    }
}
