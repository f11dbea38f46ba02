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

    /// What an SA goes on with that takes the place of one under its name: the other end drops what it has seen.
    package var continued: PacketNumbers {
        var numbers = PacketNumbers.zero
        numbers.sent = sent
        return numbers
    }
}
