package import ControlProtocol

/// Clients that wait for a turn: users go round, and so do the clients of each, so that nobody gets more by connecting
/// more often.
package struct ClientTurns: Sendable {
    private struct User: Sendable {
        let uid: UInt32
        var clients: [ClientID]
    }

    /// Whose turn is next comes first.
    private var users: [User] = []
    private var waiting: Set<ClientID> = []

    package init() {}

    /// Clients that wait.
    package var count: Int { waiting.count }
    /// Whether nobody waits.
    package var isEmpty: Bool { waiting.isEmpty }

    /// Lets `client` wait for a turn, if it does not wait already.
    package mutating func append(_ client: ClientID, of uid: UInt32) {
        guard waiting.insert(client).inserted else { return }
        if let index = users.firstIndex(where: { $0.uid == uid }) {
            users[index].clients.append(client)
        } else {
            users.append(User(uid: uid, clients: [client]))
        }
    }

    /// Whose turn it is; that client waits no longer.
    package mutating func next() -> ClientID? {
        guard !users.isEmpty else { return nil }
        var user = users.removeFirst()
        let client = user.clients.removeFirst()
        waiting.remove(client)
        if !user.clients.isEmpty { users.append(user) }
        return client
    }

    /// Forgets `client`, if it waits.
    package mutating func remove(_ client: ClientID) {
        guard waiting.remove(client) != nil else { return }
        for index in users.indices {
            guard let place = users[index].clients.firstIndex(of: client) else { continue }
            users[index].clients.remove(at: place)
            if users[index].clients.isEmpty { users.remove(at: index) }
            return
        }
    }
}
