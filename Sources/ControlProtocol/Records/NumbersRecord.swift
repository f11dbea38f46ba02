package import IPsec

/// How far the packets of an SA have been numbered, and what came in and was dropped.
package struct NumbersRecord: Codable, Hashable, Sendable {
    /// The sequence number of the last packet that was sent.
    package var sent: Int
    /// The highest sequence number that was received.
    package var received: Int
    /// Packets that had been received before.
    package var replayed: Int
    /// Packets whose ICV was wrong.
    package var forged: Int
    /// Packets that came too late for the replay window.
    package var late: Int

    /// The record of `numbers`; those beyond `Int` are shown as its maximum.
    package init(_ numbers: PacketNumbers) {
        sent = Int(clamping: numbers.sent)
        received = Int(clamping: numbers.received)
        replayed = Int(numbers.replayed)
        forged = Int(numbers.forged)
        late = Int(numbers.late)
    }
}
