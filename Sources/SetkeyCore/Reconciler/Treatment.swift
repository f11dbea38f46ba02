import IPsec

/// Declared entries that have drifted, on their way to being put back: what becomes of each is decided a few at a time.
struct Treatment: Sendable {
    let steps: StepList
    /// What was looked at, and who did it; `nil` for everything.
    let suspects: [EntryName: String]?
    /// The next step on which to decide.
    private(set) var position = 0
    private(set) var repairs: [Step] = []
    /// Entries with a limited life that the repairs make anew.
    private(set) var reborn = NameLists()

    init(_ steps: StepList, of suspects: [EntryName: String]?) {
        self.steps = steps
        self.suspects = suspects
    }

    /// Whether all is decided.
    var isDone: Bool { position == steps.count }

    /// The steps on which to decide in this turn of the loop, with their numbers.
    mutating func take(_ count: Int) -> Range<Int> {
        let begin = position
        position = min(begin + count, steps.count)
        return begin..<position
    }

    /// This entry is put back.
    mutating func repair(_ step: Step) {
        repairs.append(step)
        if step.isRebirth { reborn.append(step.change.entry) }
    }
}
