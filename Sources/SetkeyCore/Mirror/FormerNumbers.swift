import IPsec

/// How far the packets of entries had been numbered that are gone, by the names of these: what is put under such a name
/// goes on with that.
///
/// Those of the last ``span`` entries to go are known at least, and of twice as many at most.
struct FormerNumbers<Identity: Hashable & Sendable>: Sendable {
    static var span: Int { 10_000 }

    private var recent: [Identity: PacketNumbers] = [:]
    private var older: [Identity: PacketNumbers] = [:]

    /// The furthest that are known; zero for none.
    subscript(identity: Identity) -> PacketNumbers { recent[identity] ?? older[identity] ?? .zero }

    /// An entry of this name is gone, and had come as far as this.
    mutating func note(_ identity: Identity, _ numbers: PacketNumbers) {
        guard numbers.sent != 0 || numbers.received != 0 else { return }
        recent[identity] = self[identity].furthest(numbers)
        guard recent.count >= Self.span else { return }
        (older, recent) = (recent, [:])
    }
}
