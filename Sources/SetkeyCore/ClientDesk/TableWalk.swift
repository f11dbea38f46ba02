/// A walk through one database of the mirror, in parts, that looks one entry ahead: only so the last one is known, which
/// dumps mark.
///
/// It may begin while the kernel still tells what it has. Then it goes as far as the dump has come, in the mirror's order,
/// which but for accidents is the kernel's: an entry is given out when the dump, or news since it began, has told of it.
/// What is deleted after that has been shown, and what is added after the walk began is not, as in the kernel's own walk.
struct TableWalk<Entry: MirroredEntry>: Sendable {
    private let end: TableEnd
    private var cursor: EntryTable<Entry>.CursorID?
    private var ahead: Entry?
    /// Whether the first entry has been found, or that there is none.
    private(set) var hasBegun = false

    /// - Parameter end: where it begins; at the oldest entry only what the kernel has told to its end can be walked.
    init(from end: TableEnd = .newest) {
        self.end = end
    }

    /// Looks for the first entry, if that has not been found.
    /// - Parameter isDumpOver: whether the mirror is what the kernel has; if not, it goes as far as the dump has come.
    /// - Returns: `true` the first time, if there is none.
    mutating func begin(
        _ table: inout MirroredTable<Entry>, isDumpOver: Bool, where isMeant: (Entry) -> Bool
    ) -> Bool {
        guard !hasBegun else { return false }
        if cursor == nil { cursor = table.openCursor(at: end) }
        look(&table, isDumpOver, where: isMeant)
        let isEmpty = if case nil = ahead { true } else { false }
        hasBegun = !isEmpty || isDumpOver
        return isEmpty && isDumpOver
    }

    /// The next entry, and whether it is the last; `nil` at the end, or where the dump has not come further.
    mutating func next(
        _ table: inout MirroredTable<Entry>, isDumpOver: Bool, where isMeant: (Entry) -> Bool
    ) -> (entry: Entry, isLast: Bool)? {
        // It is taken out, and looked into once: comparing it with `nil` would copy it.
        guard let entry = ahead.take() else { return nil }
        look(&table, isDumpOver, where: isMeant)
        let isLast = if case nil = ahead { true } else { false }
        guard isDumpOver || !isLast else {
            ahead = entry
            return nil
        }
        return (entry, isLast)
    }

    /// Up to `count` more entries, and whether these are the last.
    mutating func nextPart(
        of count: Int, _ table: inout MirroredTable<Entry>, isDumpOver: Bool, where isMeant: (Entry) -> Bool
    ) -> (entries: [Entry], isLast: Bool) {
        if begin(&table, isDumpOver: isDumpOver, where: isMeant) { return ([], true) }
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        while entries.count < count,
            let (entry, isLast) = next(&table, isDumpOver: isDumpOver, where: isMeant)
        {
            entries.append(entry)
            if isLast { return (entries, true) }
        }
        return (entries, false)
    }

    private mutating func look(
        _ table: inout MirroredTable<Entry>, _ isDumpOver: Bool, where isMeant: (Entry) -> Bool
    ) {
        guard let cursor else { return }
        while let entry = isDumpOver ? table.next(cursor) : table.nextTold(cursor) {
            guard isMeant(entry) else { continue }
            return ahead = entry
        }
    }

    /// Gives the cursor back.
    mutating func close(_ table: inout MirroredTable<Entry>) {
        if let cursor = cursor.take() { table.closeCursor(cursor) }
    }
}
