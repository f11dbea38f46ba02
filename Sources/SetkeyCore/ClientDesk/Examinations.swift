import ControlProtocol
import IPsec

/// The examination of the kernel's entries that clients wait for: one at a time, for all who have asked before it began.
struct Examinations: Sendable {
    private enum Phase: Sendable {
        case idle
        /// The kernel is asked for its entries: the tickets of its two dumps.
        case awaiting(associations: Int, policies: Int)
        case collecting(Census)
        /// The shell judges.
        case judging
    }

    private var phase = Phase.idle
    /// Who gets the result of the one that is under way.
    private var served: [ClientID] = []
    /// Who has asked since it began.
    private var later: [ClientID] = []
    /// What users have seen of the counters.
    var books = CounterBooks()

    /// Whether one may go on in a turn of the loop.
    var isCollecting: Bool { if case .collecting = phase { true } else { false } }
    /// Those who wait for the kernel's entries.
    var waiting: [ClientID] { if case .judging = phase { later } else { served + later } }

    /// A client asks.
    ///
    /// - Parameter ticket: wants a dump of a database.
    mutating func ask(_ client: ClientID, _ ticket: (DatabaseName) -> Int) {
        guard case .idle = phase else { return later.append(client) }
        begin(for: [client], ticket)
    }

    private mutating func begin(for clients: [ClientID], _ ticket: (DatabaseName) -> Int) {
        served = clients
        phase = .awaiting(associations: ticket(.associations), policies: ticket(.policies))
    }

    /// The tickets of the dumps that are awaited; `nil` if none are.
    var tickets: (associations: Int, policies: Int)? {
        if case .awaiting(let associations, let policies) = phase { (associations, policies) } else { nil }
    }

    /// The kernel has told what it has.
    mutating func collect() { phase = .collecting(Census()) }

    /// Goes on with collecting.
    ///
    /// - Returns: all that was collected, when it is.
    mutating func advance(_ mirror: inout Mirror, count: Int) -> Census? {
        guard case .collecting(var census) = phase else { return nil }
        phase = .judging
        census.advance(&mirror, count: count)
        guard census.isDone else {
            phase = .collecting(census)
            return nil
        }
        return census
    }

    /// The shell has judged.
    ///
    /// - Parameter ticket: wants a dump of a database, for those who have asked meanwhile.
    /// - Returns: who gets the result.
    mutating func end(_ ticket: (DatabaseName, _ clients: [ClientID]) -> Int) -> [ClientID] {
        let (clients, next) = (served, later)
        (phase, served, later) = (.idle, [], [])
        if !next.isEmpty { begin(for: next) { ticket($0, next) } }
        return clients
    }

    /// A client has left.
    mutating func remove(_ client: ClientID, _ mirror: inout Mirror) {
        served.removeAll { $0 == client }
        later.removeAll { $0 == client }
        guard served.isEmpty, later.isEmpty else { return }
        abandon(&mirror)
    }

    /// Nobody gets the one for which entries are being collected.
    mutating func abandon(_ mirror: inout Mirror) {
        switch phase {
        case .judging: return
        case .collecting(var census): census.close(&mirror)
        case .idle, .awaiting: break
        }
        (phase, served, later) = (.idle, [], [])
    }
}
