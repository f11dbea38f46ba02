import ControlProtocol
import IPsec

/// The making of figures, and texts on their way to clients.
struct Measurements: Sendable {
    /// How old a text may be that is given to somebody else, in nanoseconds.
    static let maximumAge: UInt64 = 1_000_000_000

    /// What clients wait for, and whether with the figures of each SA. What the dumps tell is not older than the question:
    /// a recent one is enough.
    var walk = SharedWalk<MetricsWalk, Bool>(joinsDumps: true)
    /// Parts that wait until those before them have been read.
    private var deliveries: [ClientID: ArraySlice<WireText>] = [:]
    /// The last one without the figures of each SA, and when the kernel's entries were collected for it.
    private var recent: (parts: [WireText], takenAt: UInt64)?
    /// What has been counted between endpoints.
    var ledger = TrafficLedger()

    /// Whether somebody gets the figures of each SA, and somebody those of all together.
    var wantsEach: Bool { walk.served.contains(where: \.wish) }
    var wantsSums: Bool { walk.served.contains { !$0.wish } }

    /// Gives a client the last text, if that is recent.
    ///
    /// - Returns: whether it was.
    mutating func giveRecent(to client: ClientID, at now: UInt64) -> Bool {
        guard let recent, now &- recent.takenAt < Self.maximumAge else { return false }
        deliveries[client] = recent.parts[...]
        return true
    }

    /// The shell has made the texts.
    ///
    /// - Parameter ticket: wants a dump of a database, for those who have asked meanwhile.
    /// - Returns: who gets one now.
    mutating func end(_ result: Measurement.Result, at now: UInt64, _ ticket: (DatabaseName) -> Int) -> [ClientID] {
        ledger = result.ledger
        if !result.parts.isEmpty { recent = (result.parts, now) }
        let served = walk.end { database, _ in ticket(database) }
        for (client, each) in served {
            deliveries[client] = (each ? result.partsPerAssociation ?? [] : result.parts)[...]
        }
        return served.map(\.client)
    }

    /// The next part for a client, and whether more follow; `nil` if it gets none.
    mutating func nextPart(for client: ClientID) -> (part: WireText, continues: Bool)? {
        guard let parts = deliveries[client], let part = parts.first else { return nil }
        let rest = parts.dropFirst()
        deliveries[client] = rest.isEmpty ? nil : rest
        return (part, !rest.isEmpty)
    }

    /// A client has left.
    mutating func remove(_ client: ClientID, _ mirror: inout Mirror) {
        deliveries[client] = nil
        walk.remove(client, &mirror)
    }
}
