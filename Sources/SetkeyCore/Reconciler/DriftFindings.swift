/// What is known of declared entries that the kernel does not hold as declared.
struct DriftFindings: Sendable {
    private(set) var drifted = DriftedEntries()
    /// Those of them that are no longer put back.
    private(set) var givenUp = ShardedDictionary<EntryName, Void>()

    /// An entry has drifted.
    mutating func found(_ step: Step) { drifted[step.change.entry] = step.reason }

    /// An entry that has drifted is not put back any more.
    mutating func giveUp(_ name: EntryName) { givenUp[name] = () }

    /// An entry is as declared.
    mutating func isAsDeclared(_ name: EntryName) {
        drifted[name] = nil
        givenUp[name] = nil
    }
}
