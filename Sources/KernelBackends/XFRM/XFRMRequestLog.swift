internal import IPsec

/// The requests that have been written lately, by their numbers.
///
/// What was asked is kept until it has been answered, and no longer: it may hold keys.
struct XFRMRequestLog: Sendable {
    /// Twice as many as are ever in flight.
    private static let capacity = 256

    private struct Entry: Sendable {
        let id: RequestID
        /// `nil` once it has been answered.
        var request: KernelRequest?
    }

    private var entries = [Entry?](repeating: nil, count: capacity)

    mutating func note(_ id: RequestID, _ request: KernelRequest) {
        entries[Self.slot(id.rawValue)] = Entry(id: id, request: request)
    }

    /// Whether a request of ours had this number.
    func contains(_ sequence: UInt32) -> Bool { entries[Self.slot(sequence)]?.id.rawValue == sequence }

    /// The request of this number, if it has not been answered.
    func request(_ sequence: UInt32) -> KernelRequest? {
        guard let entry = entries[Self.slot(sequence)], entry.id.rawValue == sequence else { return nil }
        return entry.request
    }

    /// The request of this number has been answered.
    /// - Returns: the request, unless it had been before.
    @discardableResult
    mutating func answer(_ sequence: UInt32) -> KernelRequest? {
        guard contains(sequence) else { return nil }
        return entries[Self.slot(sequence)]?.request.take()
    }

    private static func slot(_ sequence: UInt32) -> Int { Int(sequence % UInt32(capacity)) }
}
