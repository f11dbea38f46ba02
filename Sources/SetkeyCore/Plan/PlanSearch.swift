import IPsec
import SetkeySyntax

/// Finds what a plan has to do to one database, a few entries at a time.
///
/// What was owned is sought by name, so that foreign entries, however many, cost nothing; only where the file claims a
/// whole database, or every SA between two addresses, the kernel's entries are walked. Each search passes over what an
/// earlier one has found: what the file wants gone by name, then what is owned, then what is claimed.
struct PlanSearch<Entry: PlannedEntry>: Sendable {
    private enum Stage: Sendable {
        case declared
        case absent
        case leftover
        case former
        case claimed
        case done
    }

    /// What a plan goes by.
    struct Terms: Sendable {
        let verdict: Verdict
        let ownership: Ownership
        /// What may be made the file's; `nil` for all that is declared.
        let claimable: DesiredState?
        /// Whether entries that are not the file's are kept as they are, to be put back.
        let keepsForeign: Bool
        let sight: PlanSight
    }

    private let terms: Terms
    private let owned: Set<Entry.Identity>
    private var stage = Stage.declared
    /// The next entry to look at, in the stages that count them.
    private(set) var position = 0
    private var leftover: Set<Entry.Identity>.Index
    private var cursor: EntryTable<Entry>.CursorID?

    /// What becomes of declared entries.
    private(set) var steps: [Step] = []
    /// What becomes of entries that stand for all that no other is for, declared or not.
    private(set) var defaultSteps: [Step] = []
    /// What is removed.
    private(set) var staleSteps: [Step] = []
    /// What is removed before anything is made: the kernel would take it for something that is to be made.
    private(set) var hinderingSteps: [Step] = []
    /// What the kernel would take for something that is to be made.
    private var hindering: Set<Entry.Identity> = []
    /// What is to be made.
    private var missing: Set<Entry.Identity> = []
    /// What is declared, was not owned so far, and takes a step.
    private(set) var claimed: [Entry.Identity] = []
    /// What is declared, was not owned so far, and is there already.
    private(set) var claimedAsIs: [Entry.Identity] = []
    /// What was owned so far and is not declared.
    private(set) var released: [Entry.Identity] = []
    /// What was owned so far, is not declared, and may still be in the kernel, which does not tell all that it has.
    private(set) var unseen: Set<Entry.Identity> = []
    /// The file's entries with a limited life that are made anew.
    private(set) var reborn: [Entry.Identity] = []
    /// What is somebody else's and is removed, changed, or made the file's, as it was.
    private(set) var foreign: [Entry] = []
    /// How many entries have secrets that are taken to be the declared ones.
    private(set) var adoptedCount = 0

    init(_ terms: Terms, leftover: Set<Entry.Identity>) {
        self.terms = terms
        owned = leftover
        self.leftover = leftover.startIndex
    }

    private var desired: DesiredState { terms.verdict.desired }
    private var declared: DeclaredEntries<Entry.Identity, Entry> { Entry.declared(in: desired) }
    private var absent: DeclaredEntries<Entry.Identity, Entry.Absent> { Entry.absent(in: desired) }
    private var inForce: DeclaredEntries<Entry.Identity, Entry> { Entry.declared(in: terms.ownership.inForce) }

    /// Whether everything declared has been looked at.
    var hasCompared: Bool { stage != .declared }
    var isDone: Bool { stage == .done }

    /// Looks at up to `count` more entries.
    /// - Returns: how many it has looked at.
    mutating func advance(_ table: inout MirroredTable<Entry>, count left: Int) -> Int {
        switch stage {
        case .declared:
            let declared = declared
            return advance(to: .absent, of: declared.count, left) { $0.compare(declared[$1], $1, &table) }
        case .absent:
            let absent = absent
            return advance(to: .leftover, of: absent.count, left) {
                $0.consider(table[Entry.name(of: absent[$1].entry)])
            }
        case .leftover: return releaseLeftover(table, left)
        case .former:
            let inForce = inForce
            let next = Entry.areClaimed(by: desired) ? Stage.claimed : .done
            // Nothing goes from a state to itself.
            let count = declared.isCopy(of: inForce) ? 0 : inForce.count
            return advance(to: next, of: count, left) {
                $0.release(inForce[$1].entry.identity, near: $1, table)
            }
        case .claimed: return walk(&table, left)
        case .done: return 0
        }
    }

    /// Gives the cursor back; for a search that is given up.
    mutating func close(_ table: inout MirroredTable<Entry>) {
        if let cursor = cursor.take() { table.closeCursor(cursor) }
    }

    private mutating func advance(
        to next: Stage, of total: Int, _ count: Int, _ look: (inout Self, Int) -> Void
    ) -> Int {
        let begin = position
        let end = begin + min(count, total - begin)
        for index in begin..<end { look(&self, index) }
        position = end
        if end == total {
            position = 0
            stage = next
        }
        return end - begin
    }

    // MARK: What is declared

    private mutating func compare(
        _ declared: DesiredState.Declared<Entry>, _ index: Int, _ table: inout MirroredTable<Entry>
    ) {
        let identity = declared.entry.identity
        var present = table[identity]
        if terms.sight.adoptsSecrets, present?.hidesSecrets == true {
            table.amend(identity) { if $0.adoptSecrets(of: declared.entry) { adoptedCount += 1 } }
            present = table[identity]
        }
        let isWaiting = present == nil && Entry.isWaiting(identity, in: table)
        let step = isWaiting ? nil : Entry.step(for: declared, present: present, terms.verdict)
        if let step, declared.entry.isDefault { defaultSteps.append(step) } else if let step { steps.append(step) }
        if present == nil, step != nil { note(missing: identity, table) }
        guard !owns(identity, near: index) else {
            if let step, step.isRebirth { reborn.append(identity) }
            return
        }
        keep(present)
        // A default that lets pass is what the kernel does by itself: there is nothing to own.
        guard !declared.entry.isKernelsOwn else { return }
        guard terms.claimable.map({ Entry.declared(in: $0).contains(identity) }) ?? true else { return }
        if step == nil { claimedAsIs.append(identity) } else { claimed.append(identity) }
    }

    /// Only SAs with marks may be taken for others, and they are few.
    private mutating func note(missing identity: Entry.Identity, _ table: borrowing MirroredTable<Entry>) {
        guard !desired.masks.isEmpty || !table.masks.isEmpty else { return }
        missing.insert(identity)
        hindering.formUnion(Entry.rivals(of: identity, in: table))
    }

    private func hinders(_ entry: Entry) -> Bool {
        guard !missing.isEmpty else { return false }
        return hindering.contains(entry.identity)
            || entry.rivals(declaredIn: desired).contains { missing.contains($0) }
    }

    private func owns(_ identity: Entry.Identity, near position: Int = .max) -> Bool {
        inForce.contains(identity, near: position) || owned.contains(identity)
    }

    private mutating func keep(_ present: Entry?) {
        if terms.keepsForeign, let kept = present?.kept { foreign.append(kept) }
    }

    // MARK: What is stale

    private mutating func releaseLeftover(_ table: borrowing MirroredTable<Entry>, _ count: Int) -> Int {
        for done in 0..<count {
            guard leftover < owned.endIndex else {
                stage = .former
                return done
            }
            release(owned[leftover], table)
            owned.formIndex(after: &leftover)
        }
        return count
    }

    private mutating func release(
        _ identity: Entry.Identity, near position: Int = .max, _ table: borrowing MirroredTable<Entry>
    ) {
        guard !declared.contains(identity, near: position) else { return }
        let present = table[identity]
        if isUnseen(identity, present) { unseen.insert(identity) } else { released.append(identity) }
        if absent[identity] == nil { consider(present) }
    }

    /// Whether an entry that is to go may be in the kernel, and cannot be taken out by this interface.
    private func isUnseen(_ identity: Entry.Identity, _ present: Entry?) -> Bool {
        if let present { return present.isDegraded }
        return terms.sight.incomplete.contains(Entry.database) || !terms.sight.tellsRareNames && Entry.isRare(identity)
    }

    private mutating func walk(_ table: inout MirroredTable<Entry>, _ count: Int) -> Int {
        let cursor = cursor ?? table.openCursor()
        self.cursor = cursor
        for done in 0..<count {
            guard let entry = table.next(cursor) else {
                close(&table)
                stage = .done
                return done
            }
            if entry.isClaimed(by: desired), absent[entry.identity] == nil, !owns(entry.identity) { consider(entry) }
        }
        return count
    }

    private mutating func consider(_ entry: Entry?) {
        guard let entry, entry.isRemovable, !declared.contains(entry.identity) else { return }
        if !owns(entry.identity) { keep(entry) }
        let origin = absent[entry.identity]?.origin ?? entry.origin(ofClaimIn: desired)
        let step = Step(change: entry.deletion, reason: .stale, origin: origin)
        if entry.isDefault {
            defaultSteps.append(step)
        } else if hinders(entry) {
            hinderingSteps.append(step)
        } else {
            staleSteps.append(step)
        }
    }
}
