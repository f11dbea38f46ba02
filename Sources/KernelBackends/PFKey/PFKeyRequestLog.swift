internal import IPsec

/// Which requests have been written lately, so that answers are known by sequence number and type.
///
/// Entries are not taken out: a FLUSH is answered twice. A new request takes the place of the one `capacity` before it.
struct PFKeyRequestLog: Sendable {
    /// Twice as many as are ever in flight.
    static let capacity = 256

    /// Sequence number in the upper half, type in the lowest byte; 0 is free, for no request has number 0.
    private var entries = [UInt64](repeating: 0, count: capacity)

    mutating func note(_ id: RequestID, _ type: PFKeyMessageType) {
        entries[Self.slot(id.rawValue)] = Self.entry(id.rawValue, type)
    }

    func contains(_ sequence: UInt32, _ type: PFKeyMessageType) -> Bool {
        sequence != 0 && entries[Self.slot(sequence)] == Self.entry(sequence, type)
    }

    private static func slot(_ sequence: UInt32) -> Int { Int(sequence % UInt32(capacity)) }

    private static func entry(_ sequence: UInt32, _ type: PFKeyMessageType) -> UInt64 {
        UInt64(sequence) << 32 | UInt64(type.rawValue)
    }
}
