import IPsec

/// Declared entries that the kernel does not hold as declared, and how often they have been put back.
struct DriftWatch: Sendable {
    /// So long after the first sign, in nanoseconds: somebody who replaces an entry by delete and add is not disturbed in
    /// between, and it is soon enough for repair within a second.
    private static let patience: UInt64 = 200_000_000
    /// After a repair that did not succeed.
    private static let retryInterval: UInt64 = 5_000_000_000
    /// Repairs of one entry within this time, and no more: somebody else insists.
    private static let window: UInt64 = 60_000_000_000
    private static let repairLimit = 3

    /// Entries that an event has spoken of, and who is said to have done it.
    private(set) var suspects: [EntryName: String] = [:]
    /// Whether every declared entry must be looked at.
    private(set) var suspectsEverything = false
    /// When to look, on the monotonic clock.
    private(set) var checkAt: UInt64?
    /// Who flushed a database, until that has been told.
    private(set) var flusher: String?
    /// What is known.
    private var findings = DriftFindings()
    /// What a look at all declared entries has found that is not over.
    private var survey = DriftFindings()
    private var repairs = ShardedDictionary<EntryName, [UInt64]>()
    /// How often an entry has been put back since the start.
    private(set) var restoredCount = 0
    /// When an entry was put back last.
    private var lastRepair: UInt64 = 0

    /// An event has spoken of a declared entry.
    mutating func suspect(_ name: EntryName, author: String, at now: UInt64) {
        note(name, author)
        arm(now &+ Self.patience)
    }

    private mutating func note(_ name: EntryName, _ author: String) {
        // More than a slice are not looked at one by one: a table of them all would only have to grow, and hold the loop.
        if suspects.count > Daemon.slice { suspectsEverything = true } else { suspects[name] = author }
    }

    /// Any declared entry may be concerned.
    mutating func suspectEverything(at now: UInt64) {
        suspectsEverything = true
        arm(now &+ Self.patience)
    }

    /// A database has been flushed; of several who did it the first is told.
    mutating func flushed(by author: String, at now: UInt64) {
        flusher = flusher ?? author
        suspectEverything(at: now)
    }

    private mutating func arm(_ moment: UInt64) {
        checkAt = min(moment, checkAt ?? .max)
    }

    func isDue(at now: UInt64) -> Bool {
        checkAt.map { $0 <= now } ?? false
    }

    /// Takes what is to be looked at; `nil` stands for every declared entry.
    mutating func takeSuspects() -> [EntryName: String]? {
        defer {
            suspects = [:]
            suspectsEverything = false
            checkAt = nil
        }
        return suspectsEverything ? nil : suspects
    }

    /// A state has come into force: what was known is forgotten. Steps that were refused are not tried again, nor said
    /// again, before the next reload.
    mutating func begin(with unfinished: DriftFindings) {
        findings = unfinished
        repairs = ShardedDictionary()
    }

    /// Entries that are not as declared, as far as is known, and why.
    var drifted: DriftedEntries { findings.drifted }

    /// How many of these are no longer put back.
    var givenUpCount: Int { findings.givenUp.count }

    /// What was known is to be freed.
    var known: any Sendable { (findings, repairs) }

    // MARK: What is found

    /// These entries were looked at, and are as declared.
    mutating func look(at names: some Sequence<EntryName>) {
        for name in names { findings.isAsDeclared(name) }
    }

    /// An entry that was looked at has drifted.
    mutating func found(_ step: Step) { findings.found(step) }

    /// As ``found(_:)``, when all declared entries are looked at.
    mutating func foundInSurvey(_ step: Step) {
        survey.found(step)
        if findings.givenUp[step.change.entry] != nil { survey.giveUp(step.change.entry) }
    }

    /// All declared entries have been looked at: what was not found is as declared.
    mutating func endSurvey() {
        findings = survey
        survey = DriftFindings()
    }

    /// What was found has been told.
    mutating func endTreating() { flusher = nil }

    // MARK: Repair

    /// What becomes of an entry that has drifted.
    enum Treatment {
        case repair
        /// It has been put back too often; this is the first time that it is not.
        case giveUp
        case leave
    }

    /// Decides whether an entry is put back now, and counts it.
    mutating func treat(_ name: EntryName, at now: UInt64) -> Treatment {
        guard findings.givenUp[name] == nil else { return .leave }
        let recent = (repairs[name] ?? []).filter { now &- $0 < Self.window }
        guard recent.count < Self.repairLimit else {
            findings.giveUp(name)
            return .giveUp
        }
        repairs[name] = recent + [now]
        lastRepair = now
        return .repair
    }

    /// What a repair has come to for one entry.
    mutating func repaired(_ step: Step, isDone: Bool) {
        guard isDone else {
            findings.found(step)
            note(step.change.entry, "")
            return
        }
        findings.isAsDeclared(step.change.entry)
    }

    /// A repair is over.
    ///
    /// - Parameter restored: how many entries it has put back.
    mutating func endRepair(restored: Int, unfinished: Bool, at now: UInt64) {
        restoredCount += restored
        if unfinished { arm(now &+ Self.retryInterval) }
    }

    /// Forgets repairs of long ago, all at once.
    mutating func forgetRepairs(at now: UInt64) -> ShardedDictionary<EntryName, [UInt64]> {
        guard !repairs.isEmpty, now &- lastRepair >= Self.window else { return ShardedDictionary() }
        defer { repairs = ShardedDictionary() }
        return repairs
    }
}
