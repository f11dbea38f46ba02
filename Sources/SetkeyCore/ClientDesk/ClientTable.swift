import ControlProtocol

/// A value for each of a few clients.
///
/// Values are changed where they are: a dictionary would take one out and put it back with every request of a run.
/// There are not more of them than places at the control socket, so a client is found by looking at all.
struct ClientTable<Value: Sendable>: Sendable {
    private(set) var clients: [ClientID] = []
    private var values: [Value?] = []

    /// The value of a client; `nil` for none.
    subscript(client: ClientID) -> Value? {
        _read {
            if let index = clients.firstIndex(of: client) { yield values[index] } else { yield nil }
        }
        _modify {
            let index = clients.firstIndex(of: client) ?? append(client)
            yield &values[index]
            if case nil = values[index] { remove(at: index) }
        }
    }

    /// Changes the value of a client where it is, and returns what comes of that; `nil` for a client without one.
    ///
    /// For what is done with every request: the subscript costs an allocation.
    @inline(__always)
    mutating func update<Result>(_ client: ClientID, _ change: (inout Value?) -> Result?) -> Result? {
        guard let index = clients.firstIndex(of: client) else { return nil }
        return change(&values[index])
    }

    /// Whether a client has one.
    func contains(_ client: ClientID) -> Bool { clients.contains(client) }

    /// Takes the value of a client away.
    mutating func remove(_ client: ClientID) -> Value? {
        guard let index = clients.firstIndex(of: client) else { return nil }
        defer { remove(at: index) }
        return values[index]
    }

    /// Makes room for a client's value, which is none yet.
    private mutating func append(_ client: ClientID) -> Int {
        clients.append(client)
        values.append(nil)
        return clients.count - 1
    }

    private mutating func remove(at index: Int) {
        clients.remove(at: index)
        values.remove(at: index)
    }
}
