/// How far the packets of an SA have been numbered, and what came in and was dropped: as XFRM tells them.
package struct PacketNumbers: Hashable, Sendable {
    /// Nothing sent, nothing received; or not told.
    package static let zero = PacketNumbers()

    /// The sequence number of the last packet that was sent.
    package var sent: UInt64 = 0
    /// The highest sequence number that was received.
    package var received: UInt64 = 0
    /// Packets that had been received before.
    package var replayed: UInt32 = 0
    /// Packets whose ICV was wrong.
    package var forged: UInt32 = 0
    /// Packets that came too late for the replay window.
    package var late: UInt32 = 0

    package init() {}

    /// The higher ones of both; what was dropped is not of them.
    package func furthest(_ other: PacketNumbers) -> PacketNumbers {
        var numbers = PacketNumbers.zero
        numbers.sent = max(sent, other.sent)
        numbers.received = max(received, other.received)
        return numbers
    }
}

extension SecurityAssociation {
    /// What it begins with in the place of an SA under its name that had these numbers: the other end drops what it has
    /// seen, and of extended numbers the packets have only the lower half, so that both ends must know the upper one.
    package func continuing(_ former: PacketNumbers) -> PacketNumbers {
        var numbers = PacketNumbers.zero
        if options.direction != .inbound { numbers.sent = former.sent }
        if options.direction != .outbound, flags.contains(.extendedSequence) { numbers.received = former.received }
        return numbers
    }
}
