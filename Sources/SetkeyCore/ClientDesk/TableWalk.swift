/// A walk through one database of the mirror, in parts, that looks one entry ahead: only so the last one is known, which
/// dumps mark.
struct TableWalk<Entry: MirroredEntry>: Sendable {
    private var cursor: EntryTable<Entry>.CursorID?
    private var ahead: Entry?
    private(set) var hasBegun = false

    /// Looks for the first entry, if that has not been done.
    /// - Returns: `true` the first time, if there is none.
    mutating func begin(_ table: inout MirroredTable<Entry>, where isMeant: (Entry) -> Bool) -> Bool {
        guard !hasBegun else { return false }
        hasBegun = true
        cursor = table.openCursor()
        look(&table, where: isMeant)
        return if case nil = ahead { true } else { false }
    }

    /// The next entry, and whether it is the last; `nil` at the end.
    mutating func next(
        _ table: inout MirroredTable<Entry>, where isMeant: (Entry) -> Bool
    ) -> (entry: Entry, isLast: Bool)? {
        // It is taken out, and looked into once: comparing it with `nil` would copy it.
        guard let entry = ahead.take() else { return nil }
        look(&table, where: isMeant)
        let isLast = if case nil = ahead { true } else { false }
        return (entry, isLast)
    }

    /// Up to `count` more entries, and whether these are the last.
    mutating func nextPart(
        of count: Int, _ table: inout MirroredTable<Entry>, where isMeant: (Entry) -> Bool
    ) -> (entries: [Entry], isLast: Bool) {
        if begin(&table, where: isMeant) { return ([], true) }
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        while entries.count < count, let (entry, isLast) = next(&table, where: isMeant) {
            entries.append(entry)
            if isLast { return (entries, true) }
        }
        return (entries, false)
    }

    private mutating func look(_ table: inout MirroredTable<Entry>, where isMeant: (Entry) -> Bool) {
        guard let cursor else { return }
        while let entry = table.next(cursor) {
            guard isMeant(entry) else { continue }
            return ahead = entry
        }
    }

    /// Gives the cursor back.
    mutating func close(_ table: inout MirroredTable<Entry>) {
        if let cursor = cursor.take() { table.closeCursor(cursor) }
    }
}
