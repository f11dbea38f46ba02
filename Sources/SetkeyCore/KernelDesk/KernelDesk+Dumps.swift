import ControlProtocol
import IPsec

// Dumps: which are wanted, and which are over.

extension KernelDesk {
    /// Whether the mirror is what the kernel has, as far as that tells.
    var isMirrorTrue: Bool { upkeep.isUsable && isFresh && !isSightPoor }

    /// The databases of which the mirror does not know all entries, for the kernel does not tell them.
    var incompleteDatabases: [DatabaseName] { DatabaseName.allCases.filter { gap(in: $0) != nil } }

    /// What is to be said of these.
    var gapTexts: [String] {
        DatabaseName.allCases.compactMap { name in gap(in: name).map { name.gapText($0, traits) } }
    }

    /// With what the dump of a database broke off, if the mirror lacks entries for that.
    func gap(in database: DatabaseName) -> KernelErrno? { upkeep.gap(in: database) }

    /// Whether the dump of a ticket, or a later one, has begun.
    func hasBegun(_ ticket: Int, of database: DatabaseName) -> Bool { upkeep.hasBegun(ticket, of: database) }

    /// Whether the dump of a ticket, or a later one, is over.
    func isOver(_ ticket: Int, of database: DatabaseName) -> Bool { upkeep.isOver(ticket, of: database) }

    /// Wants a dump that begins after now, and returns its ticket.
    @discardableResult
    mutating func want(_ database: DatabaseName) -> Int { upkeep.want(database) }

    /// Wants a recent dump: the one that is running, or the last one if it ended not long ago.
    mutating func wantRecent(
        _ database: DatabaseName, _ recency: DumpRecency = .ofCalls, at now: Instant
    ) -> Int {
        upkeep.wantRecent(database, recency, at: now.monotonic)
    }

    /// Whether both databases have been read, however long ago.
    var isMirrorFilled: Bool { upkeep.isUsable }

    /// The ticket of the last dump, which is over.
    func lastTicket(of database: DatabaseName) -> Int { upkeep.lastTicket(of: database) }

    /// How long ago a database was read, in seconds.
    func age(of database: DatabaseName, at now: Instant) -> UInt64 {
        upkeep.age(of: database, at: now.monotonic) / 1_000_000_000
    }

    /// The kernel has said what contradicts the mirror: wants a dump, and returns its ticket.
    mutating func read(again database: DatabaseName) -> Int { upkeep.read(again: database) }
}
