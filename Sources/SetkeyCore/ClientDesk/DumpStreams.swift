import ControlProtocol
import IPsec

/// The dumps on their way to clients; a client has one at most.
struct DumpStreams: Sendable {
    private var streams: [ClientID: DumpStream] = [:]
    /// Entries that running dumps have told of since parts were looked for.
    private var unsentRecords = 0

    /// Those who have one.
    var clients: [ClientID] { streams.keys.sorted() }

    subscript(client: ClientID) -> DumpStream? { streams[client] }

    mutating func begin(_ stream: DumpStream, for client: ClientID) { streams[client] = stream }

    /// Takes a client's stream, to change it; ``putBack(_:of:)`` follows.
    mutating func take(_ client: ClientID) -> DumpStream? { streams.removeValue(forKey: client) }

    /// Puts a stream back, unless it has come to its end.
    mutating func putBack(_ stream: DumpStream, of client: ClientID) {
        if !stream.isFinished { streams[client] = stream }
    }

    /// Ends a stream before its end.
    mutating func remove(_ client: ClientID, _ mirror: inout Mirror) {
        if var stream = streams.removeValue(forKey: client) { stream.close(&mirror) }
    }

    /// The client has read what it was sent: it waits for the next part.
    mutating func resume(_ client: ClientID) { streams[client]?.isAwaited = true }

    /// Counts a record of a running dump.
    ///
    /// - Returns: whether there are so many that they may fill a part.
    mutating func countRecord() -> Bool {
        guard !streams.isEmpty else { return false }
        unsentRecords += 1
        return unsentRecords >= DumpStream.recordsPerPart
    }

    /// Those whose stream waits for a part, and whose dump has begun; parts are looked for.
    mutating func clientsToFeed(_ kernel: borrowing KernelDesk) -> [ClientID] {
        unsentRecords = 0
        var clients: [ClientID] = []
        for (client, stream) in streams where stream.isAwaited {
            if kernel.hasBegun(stream.ticket, of: stream.database) { clients.append(client) }
        }
        return clients.sorted()
    }

    /// Those who wait for a dump of a database that is not over.
    func clientsWaiting(for database: DatabaseName, _ kernel: borrowing KernelDesk) -> [ClientID] {
        var clients: [ClientID] = []
        for (client, stream) in streams where stream.database == database {
            if !kernel.isOver(stream.ticket, of: database) { clients.append(client) }
        }
        return clients.sorted()
    }
}
