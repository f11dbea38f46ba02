package import IPsec

/// One database as the kernel has it: its entries, and what a running dump of it has to remember.
///
/// Events are hints, the dump is truth (architecture 4). While a dump runs, events win over its records, because one
/// record is held back in the kernel and may be told after the news that it is gone (kernel-facts 3.2).
package struct MirroredTable<Entry: MirroredEntry>: Sendable {
    /// What a dump must remember while it runs.
    private struct RunningDump: Sendable {
        /// Entries that events have spoken of since it began; later records of them are stale.
        var touched = ShardedDictionary<Entry.Identity, Void>()
        /// Whether everything went meanwhile: its records cannot be told apart from ghosts.
        var mustRepeat = false
        /// Twins of entries that are known, or what has come in their place; `nil` where that is done with.
        var rivals: [Entry?] = []
        /// The first of these that is not.
        var nextRival = 0
        /// The walk that removes what it did not tell.
        var sweep: EntryTable<Entry>.CursorID?
        /// Entries that the mirror lacked, or had too many; those that come and go silently are not counted.
        var corrections = 0

        /// Whether its record of an entry is to be believed.
        @inline(__always)
        func admits(_ identity: Entry.Identity) -> Bool { !mustRepeat && touched[identity] == nil }
    }

    /// The entries, newest first.
    package private(set) var entries = EntryTable<Entry>()
    private var dump: RunningDump?
    /// Of entries that are gone.
    private(set) var formerNumbers = FormerNumbers<Entry.Identity>()
    /// The masks of the marks that SAs have had.
    var masks = MarkMasks()
    /// The network devices that there are, to which policies may be bound.
    var devices = Devices.none
    /// Those to which policies have been bound.
    private(set) var boundDevices: Set<Device> = []
    /// Which entries were looked for last: for a record that is being decoded, and for one that is being taken in.
    private var lastRecalled = TableGuess()
    private var lastDumped = TableGuess()

    package var count: Int { entries.count }

    /// The entry of this name.
    package subscript(identity: Entry.Identity) -> Entry? { entries[identity] }

    /// Whether there is one of this name.
    package func contains(_ identity: Entry.Identity) -> Bool { entries.contains(identity) }

    /// Hands every entry to `body`, newest first.
    package func forEach(_ body: (Entry) -> Void) { entries.forEach(body) }

    // MARK: Events

    /// An event has told of an entry.
    /// - Parameter moving: whether one that is there already becomes the newest.
    mutating func insert(_ entry: Entry, moving: Bool = false) {
        if let former = entries.insert(entry, at: .newest, moving: moving) { note(former, replacedBy: entry) }
        touch(entry.identity)
    }

    /// An event has told a part of an entry.
    mutating func modify(_ identity: Entry.Identity, _ change: (inout Entry) -> Void) {
        entries.modify(identity, change)
        touch(identity)
    }

    /// An entry is gone.
    /// - Parameter numbers: how far its packets were numbered then, if that is told.
    mutating func remove(_ identity: Entry.Identity, numbered numbers: PacketNumbers = .zero) {
        let former = entries.remove(identity)
        note(identity, former, (former?.numbers ?? .zero).furthest(numbers))
        touch(identity)
    }

    /// An entry has been replaced by one that may be another: that one had gone untold then.
    private mutating func note(_ former: Entry, replacedBy entry: Entry) {
        let (before, now) = (former.numbers, entry.numbers)
        if before.sent > now.sent || before.received > now.received { note(entry.identity, former, before) }
    }

    /// An entry has come as far as this, and is gone.
    private mutating func note(_ identity: Entry.Identity, _ entry: Entry?, _ numbers: PacketNumbers) {
        formerNumbers.note(identity, numbers, spentKeys: entry?.spentKeys(at: numbers))
    }

    /// All entries are gone but some.
    /// - Returns: the table as it was: to free a large one takes its time.
    mutating func removeAll(except kept: [Entry] = []) -> EntryTable<Entry> {
        dump?.mustRepeat = true
        let former = entries.removeAll()
        for entry in kept { entries.insert(entry, at: .oldest) }
        return former
    }

    /// All entries of a division are gone; what they take is freed by ``freeNext(_:)``.
    mutating func removeAll(of division: UInt8) {
        dump?.mustRepeat = true
        entries.removeAll(of: division)
    }

    /// Frees up to `count` entries that are gone.
    /// - Returns: whether there may be more.
    mutating func freeNext(_ count: Int) -> Bool { entries.freeNext(count) }

    private mutating func touch(_ identity: Entry.Identity) { dump?.touched.updateValue((), forKey: identity) }

    /// Whether an entry has the name of one that is there and is another.
    func isTwin(_ entry: Entry) -> Bool {
        guard let known = entries[entry.identity] else { return false }
        return entry.isTwin(of: known)
    }

    /// Changes of the entry of this name what the kernel has not told, and does not tell.
    mutating func amend(_ identity: Entry.Identity, _ change: (inout Entry) -> Void) {
        entries.modify(identity, isTold: false, change)
    }

    // MARK: Dumps

    /// A dump has been asked for.
    mutating func beginDump() {
        entries.beginGeneration()
        dump = RunningDump()
        (lastRecalled, lastDumped) = (TableGuess(), TableGuess())
    }

    /// The entry of this name while a dump runs, which is about to tell of it.
    mutating func recall(_ identity: Entry.Identity) -> Entry? {
        dump == nil ? nil : entries.entry(identity, guessing: &lastRecalled)
    }

    /// A dump tells of an entry.
    mutating func dumped(_ entry: Entry) {
        guard dump?.admits(entry.identity) == true else { return }
        guard let known = entries.entry(entry.identity, guessing: &lastDumped) else {
            entries.insert(entry, at: .oldest)
            if !entry.comesAndGoesSilently { dump?.corrections += 1 }
            return
        }
        guard !entry.isTwin(of: known) else { return dump?.rivals.append(entry) ?? () }
        note(known, replacedBy: entry)
        entries.replace(lastDumped, with: entry)
    }

    /// The dump is over, and what it did not tell is gone. It is removed in parts: to be called until it is over.
    /// - Parameters:
    ///   - isComplete: whether the kernel told all; if not, nothing is taken for gone.
    ///   - count: how many entries are added or removed at most.
    ///   - outlived: gets the entries with a limited life that are gone, though no event told so.
    mutating func endDump(isComplete: Bool, _ count: Int, outlived: inout [Entry]) -> DumpEnd {
        guard var dump = dump.take() else { return .worthless(remains: (), count: 0) }
        let cursor = dump.sweep ?? entries.openCursor()
        guard isComplete, !dump.mustRepeat else {
            entries.closeCursor(cursor)
            return .worthless(remains: dump.rivals, count: dump.rivals.count)
        }
        let end = dump.nextRival + min(count, dump.rivals.count - dump.nextRival)
        for index in dump.nextRival..<end {
            guard let rival = dump.rivals[index].take(), !entries.isStamped(rival.identity) else { continue }
            let isNew = !entries.contains(rival.identity)
            entries.insert(rival, at: .oldest)
            if isNew, !rival.comesAndGoesSilently { dump.corrections += 1 }
        }
        let rest = count - (end - dump.nextRival)
        let isOver = entries.removeNext(rest, from: cursor) { entry in
            formerNumbers.note(entry.identity, entry.numbers, spentKeys: entry.spentKeys(at: entry.numbers))
            if !entry.comesAndGoesSilently { dump.corrections += 1 }
            if entry.limits.hard != .zero { outlived.append(entry) }
        }
        guard !isOver else {
            entries.closeCursor(cursor)
            return .complete(corrections: dump.corrections)
        }
        (dump.nextRival, dump.sweep) = (end, cursor)
        self.dump = dump
        return .goesOn
    }

    // MARK: Walks

    /// Begins a walk from the newest entry, or the oldest, which lives through all changes; see
    /// ``EntryTable/openCursor(at:)``.
    mutating func openCursor(at end: TableEnd = .newest) -> EntryTable<Entry>.CursorID { entries.openCursor(at: end) }

    /// The next entry of a walk; `nil` at its end.
    mutating func next(_ cursor: EntryTable<Entry>.CursorID) -> Entry? { entries.next(cursor) }

    /// The next entry of a walk, if the running dump or an event has told of it since that dump began; `nil` also at the
    /// end of the walk.
    mutating func nextTold(_ cursor: EntryTable<Entry>.CursorID) -> Entry? { entries.nextStamped(cursor) }

    /// Ends a walk.
    mutating func closeCursor(_ cursor: EntryTable<Entry>.CursorID) { entries.closeCursor(cursor) }
}

extension MirroredTable<SecurityAssociation> {
    /// All SAs, or those of a division, are about to go: of the newest is noted how far they are, in one turn of the loop.
    mutating func noteNumbers(of division: UInt8?) {
        let cursor = entries.openCursor()
        for _ in 0..<FormerNumbers<SAIdentity>.span {
            guard let association = entries.next(cursor) else { break }
            let identity = association.identity
            guard division == nil || SecurityAssociation.division(of: identity.ipsecProtocol) == division else {
                continue
            }
            note(identity, association, association.numbers)
        }
        entries.closeCursor(cursor)
    }

    /// Begins a walk over the SAs from one address to another; ``next(_:)`` may give others among them.
    mutating func openCursor(
        between source: IPAddress, _ destination: IPAddress
    ) -> EntryTable<SecurityAssociation>.CursorID {
        entries.openCursor(between: source, destination)
    }

    /// The SAs that the kernel may take for the one of this name (xfrm-facts 2.1).
    func rivals(of identity: SAIdentity) -> [SecurityAssociation] {
        masks.rivals(of: identity) { self[$0] }
    }
}

extension MirroredTable<SecurityPolicy> {
    /// Programs bind policies to a few devices; where it is to more, any device may be one of them.
    private static var boundDeviceLimit: Int { 1000 }

    /// A policy has been told of.
    mutating func noteDevice(of identity: PolicyIdentity) {
        guard identity.isBound, let device = identity.device, boundDevices.count < Self.boundDeviceLimit else { return }
        boundDevices.insert(device)
    }

    /// The devices that policies which have been told of were bound to, and that are gone: they have numbers alone.
    var goneDevices: [Device] {
        boundDevices.filter { device in
            guard case .numbered(let number) = device else { return false }
            return devices.device(number) == device
        }
    }

    /// Whether policies that have been told of might be told by other names, now that the devices are others.
    func areRenamed(by devices: Devices) -> Bool {
        if boundDevices.count == Self.boundDeviceLimit { return true }
        return boundDevices.contains { devices.rename($0, knownTo: self.devices) }
    }

    /// Whether a policy of this name is for a device that is not there.
    func lacksDevice(of identity: PolicyIdentity) -> Bool {
        guard identity.isBound, let device = identity.device else { return false }
        return devices.number(of: device) == nil
    }

    /// The policies that a flush of the SPD leaves alone.
    mutating func outlivingFlush() -> [SecurityPolicy] {
        var policies: [SecurityPolicy] = []
        let cursor = entries.openCursorOfOutliving()
        while let policy = entries.next(cursor) {
            if policy.identity.outlivesFlush { policies.append(policy) }
        }
        entries.closeCursor(cursor)
        return policies
    }
}
