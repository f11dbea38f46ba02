import ControlProtocol
import IPsec

/// Explanations on their way to clients, at most one for each; one goes on in each turn of the loop.
struct Explanations: Sendable {
    private var jobs: [ClientID: Explanation] = [:]
    /// Whose turn it is next comes first.
    private var order: [ClientID] = []

    /// Clients that wait, in the order of their turns.
    var waiting: [ClientID] { order }

    /// Whether nobody waits.
    var isEmpty: Bool { jobs.isEmpty }

    mutating func begin(_ explanation: Explanation, for client: ClientID) {
        guard jobs.updateValue(explanation, forKey: client) == nil else { return }
        order.append(client)
    }

    /// Goes on with one of them.
    ///
    /// - Returns: that one, if it is complete now.
    mutating func advance(_ mirror: inout Mirror, count: Int) -> (ClientID, Explanation)? {
        guard let client = order.first else { return nil }
        order.removeFirst()
        guard var explanation = jobs.removeValue(forKey: client) else { return nil }
        explanation.advance(&mirror, count: count)
        if explanation.isDone { return (client, explanation) }
        begin(explanation, for: client)
        return nil
    }

    /// Gives up the one for a client, if there is one.
    mutating func remove(_ client: ClientID, _ mirror: inout Mirror) {
        guard var explanation = jobs.removeValue(forKey: client) else { return }
        explanation.close(&mirror)
        order.removeAll { $0 == client }
    }
}
