import ControlProtocol
import IPsec

@testable import SetkeyCore

extension Mirror {
    /// Ends a dump, and says how.
    mutating func endDump(
        of database: DatabaseName, isComplete: Bool
    ) -> (isComplete: Bool, corrections: Int, outlived: OutlivedEntries) {
        var outlived = OutlivedEntries(associations: [], policies: [])
        while true {
            switch endDump(of: database, isComplete: isComplete, 1, outlived: &outlived) {
            case .goesOn: continue
            case .complete(let corrections): return (true, corrections, outlived)
            case .worthless: return (false, 0, outlived)
            }
        }
    }
}

extension EntryTable {
    /// Removes every entry that has not been written since the stamp became the present one.
    mutating func sweep(_ body: (Entry) -> Void) {
        let cursor = openCursor()
        while !removeNext(1, from: cursor, body) {}
        closeCursor(cursor)
    }
}
