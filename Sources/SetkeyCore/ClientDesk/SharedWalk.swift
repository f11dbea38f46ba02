import ControlProtocol

/// What is gathered from all entries of the mirror, a few at a time.
protocol EntryWalk: Sendable {
    init()
    /// Whether all has been gathered.
    var isDone: Bool { get }
    /// Gives cursors back; for one that is given up.
    mutating func close(_ mirror: inout Mirror)
}

/// A walk over what the kernel has, as it tells it anew, which clients wait for: one at a time, for all who have asked before
/// it began. The shell makes something of what was gathered.
struct SharedWalk<Walk: EntryWalk, Wish: Sendable>: Sendable {
    private enum Phase: Sendable {
        case idle
        /// The kernel is asked for its entries: the tickets of its two dumps.
        case awaiting(PerDatabase<Int, Int>)
        case collecting(Walk)
        /// The shell works on what was gathered.
        case working
    }

    /// A client, and what it wants of the result.
    typealias Waiter = (client: ClientID, wish: Wish)

    private var phase = Phase.idle
    /// Whether who asks while the kernel is being asked is served by that: the dumps may have begun before.
    private let joinsDumps: Bool
    /// Who gets what the walk under way comes to.
    private(set) var served: [Waiter] = []
    /// Who has asked since it began.
    private var later: [Waiter] = []

    init(joinsDumps: Bool) { self.joinsDumps = joinsDumps }

    /// Those who wait for the kernel's entries.
    var waiting: [ClientID] {
        if case .working = phase { later.map(\.client) } else { (served + later).map(\.client) }
    }

    /// Whether it may go on in a turn of the loop.
    var isCollecting: Bool { if case .collecting = phase { true } else { false } }

    /// The tickets of the dumps that are awaited; `nil` if none are.
    var tickets: PerDatabase<Int, Int>? { if case .awaiting(let tickets) = phase { tickets } else { nil } }

    /// A client asks.
    ///
    /// - Parameter ticket: wants a dump of a database.
    mutating func ask(_ client: ClientID, _ wish: Wish, _ ticket: (DatabaseName) -> Int) {
        switch phase {
        case .idle: begin(for: [(client, wish)], ticket)
        case .awaiting where joinsDumps: served.append((client, wish))
        case .awaiting, .collecting, .working: later.append((client, wish))
        }
    }

    private mutating func begin(for clients: [Waiter], _ ticket: (DatabaseName) -> Int) {
        served = clients
        phase = .awaiting(PerDatabase(associations: ticket(.associations), policies: ticket(.policies)))
    }

    /// The kernel has told what it has.
    mutating func collect() { phase = .collecting(Walk()) }

    /// Goes on with collecting.
    ///
    /// - Parameter advance: collects a part.
    /// - Returns: all that was collected, when it is.
    mutating func collect(_ advance: (inout Walk) -> Void) -> Walk? {
        guard case .collecting(var walk) = phase else { return nil }
        // One reference to what the walk has gathered.
        phase = .working
        advance(&walk)
        guard walk.isDone else {
            phase = .collecting(walk)
            return nil
        }
        return walk
    }

    /// The shell is done.
    ///
    /// - Parameter ticket: wants a dump of a database, for those who have asked meanwhile.
    /// - Returns: who gets what has come of it.
    mutating func end(_ ticket: (DatabaseName, _ clients: [ClientID]) -> Int) -> [Waiter] {
        let (clients, next) = (served, later)
        (phase, served, later) = (.idle, [], [])
        if !next.isEmpty { begin(for: next) { ticket($0, next.map(\.client)) } }
        return clients
    }

    /// A client has left.
    mutating func remove(_ client: ClientID, _ mirror: inout Mirror) {
        served.removeAll { $0.client == client }
        later.removeAll { $0.client == client }
        if served.isEmpty, later.isEmpty { abandon(&mirror) }
    }

    /// Nobody gets what entries are being collected for.
    mutating func abandon(_ mirror: inout Mirror) {
        switch phase {
        case .working: return later = []
        case .collecting(var walk): walk.close(&mirror)
        case .idle, .awaiting: break
        }
        (phase, served, later) = (.idle, [], [])
    }
}
