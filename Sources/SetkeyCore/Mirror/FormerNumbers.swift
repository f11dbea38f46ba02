import IPsec

/// How far the packets of entries had been numbered that are gone, by the names of these: what is put under such a name
/// goes on with that.
///
/// Those of the last ``span`` entries to go are known at least, and of twice as many at most.
struct FormerNumbers<Identity: Hashable & Sendable>: Sendable {
    static var span: Int { 10_000 }

    private struct Record: Sendable {
        var numbers = PacketNumbers.zero
        var spentKeys: Set<Int> = []
    }

    private var recent: [Identity: Record] = [:]
    private var older: [Identity: Record] = [:]

    /// The furthest that are known; zero for none.
    subscript(identity: Identity) -> PacketNumbers { record(identity)?.numbers ?? .zero }

    /// Hashes of the keys with which all numbers have been used; those of other keys go on by themselves.
    func spentKeys(_ identity: Identity) -> Set<Int> { record(identity)?.spentKeys ?? [] }

    private func record(_ identity: Identity) -> Record? { recent[identity] ?? older[identity] }

    /// An entry of this name is gone, and had come as far as this.
    mutating func note(_ identity: Identity, _ numbers: PacketNumbers, spentKeys: Int? = nil) {
        guard numbers.sent != 0 || numbers.received != 0 else { return }
        var record = record(identity) ?? Record()
        if let spentKeys {
            record.spentKeys.insert(spentKeys)
        } else {
            record.numbers = record.numbers.furthest(numbers)
        }
        recent[identity] = record
        guard recent.count >= Self.span else { return }
        (older, recent) = (recent, [:])
    }
}
