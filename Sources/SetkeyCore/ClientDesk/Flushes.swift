import ControlProtocol
import IPsec

/// Flushes that clients have asked for, in their order.
struct Flushes: Sendable {
    private var waiting: [(client: ClientID, request: KernelRequest)] = []

    mutating func append(_ request: KernelRequest, of client: ClientID) { waiting.append((client, request)) }

    /// Puts one back that was not sent: it is the next.
    mutating func putBack(_ request: KernelRequest, of client: ClientID) { waiting.insert((client, request), at: 0) }

    mutating func next() -> (client: ClientID, request: KernelRequest)? {
        waiting.isEmpty ? nil : waiting.removeFirst()
    }

    /// Forgets those of a client.
    mutating func remove(_ client: ClientID) { waiting.removeAll { $0.client == client } }
}
