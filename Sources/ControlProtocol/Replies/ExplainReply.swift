/// What the kernel does to a packet.
package struct ExplainReply: Codable, Hashable, Sendable {
    /// The packet that was asked about, in one phrase.
    package var packet: String
    /// By the policies of each direction that it meets, in this order.
    package var lookups: [PolicyLookupRecord]
    /// What becomes of it in the end.
    package var fate: Word<PacketFate>

    package init(packet: String, lookups: [PolicyLookupRecord], fate: Word<PacketFate>) {
        self.packet = packet
        self.lookups = lookups
        self.fate = fate
    }
}
