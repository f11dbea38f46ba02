internal import IPsec

/// The requests that have been written lately, by their numbers.
///
/// What was asked is kept until it has been answered, or never will be, for it may hold keys.
struct XFRMRequestLog: Sendable {
    /// Twice as many as are ever in flight.
    private static let capacity = 256

    private struct Entry: Sendable {
        let id: RequestID
        /// `nil` once it has been answered.
        var request: KernelRequest?
        /// Whether it asks for an SA that has been told to be gone since.
        var isOvertaken = false
        /// Whether the kernel has taken another SA for the one that it names.
        var isMisled = false
        /// Whether everybody has been told what it does, where that does not name it.
        var isTold = false

        /// The SA that it asks for, until it has been answered.
        var wanted: SAIdentity? { if case .get(let reference)? = request { reference.identity } else { nil } }
    }

    private var entries = [Entry?](repeating: nil, count: capacity)
    /// How many ask for an SA, and have not been answered.
    private var getCount = 0

    mutating func note(_ id: RequestID, _ request: KernelRequest) {
        let slot = Self.slot(id.rawValue)
        if entries[slot]?.wanted != nil { getCount -= 1 }
        let entry = Entry(id: id, request: request)
        if entry.wanted != nil { getCount += 1 }
        entries[slot] = entry
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
        if entries[Self.slot(sequence)]?.wanted != nil { getCount -= 1 }
        return entries[Self.slot(sequence)]?.request.take()
    }

    // MARK: Defaults

    /// Whether what everybody is told of the defaults is what a request of ours has done that has not been answered:
    /// each is told once.
    mutating func claimDefaults(_ blocked: Set<Direction>) -> Bool {
        let slot = entries.firstIndex { entry in
            guard let entry, !entry.isTold, let request = entry.request else { return false }
            return request.blocking.map { blocked.contains($0.direction) == $0.isBlocking } ?? false
        }
        guard let slot else { return false }
        entries[slot]?.isTold = true
        return true
    }

    // MARK: SAs that are asked for

    /// Another program has done something. Its events come by a socket of their own, and ahead of answers that are older:
    /// an SA that is told to be gone is no longer what such an answer says.
    mutating func overtake(with content: KernelEvent.Content) {
        guard getCount > 0 else { return }
        switch content {
        case .association(.deleted, let gone), .expired(let gone, .hard): mark(true) { $0 == gone.identity }
        case .flushed(let ipsecProtocol): mark(true) { ipsecProtocol == nil || $0.ipsecProtocol == ipsecProtocol }
        default: break
        }
    }

    /// We have added an SA: whatever was told of one of its name is older than what is asked for behind that.
    mutating func renew(_ identity: SAIdentity) {
        guard getCount > 0 else { return }
        mark(false) { $0 == identity }
    }

    /// Whether this request asks for an SA that has been told to be gone since.
    func isOvertaken(_ sequence: UInt32) -> Bool {
        contains(sequence) && entries[Self.slot(sequence)]?.isOvertaken == true
    }

    private mutating func mark(_ isOvertaken: Bool, _ isMeant: (SAIdentity) -> Bool) {
        for slot in entries.indices {
            guard let wanted = entries[slot]?.wanted, isMeant(wanted) else { continue }
            entries[slot]?.isOvertaken = isOvertaken
        }
    }

    // MARK: SAs that are taken for others

    /// What the kernel has told in answer is of another SA than the one that was meant.
    mutating func mislead(_ sequence: UInt32) {
        guard contains(sequence) else { return }
        entries[Self.slot(sequence)]?.isMisled = true
    }

    /// Whether the kernel has taken another SA for the one that this request names.
    func isMisled(_ sequence: UInt32) -> Bool {
        contains(sequence) && entries[Self.slot(sequence)]?.isMisled == true
    }

    private static func slot(_ sequence: UInt32) -> Int { Int(sequence % UInt32(capacity)) }
}

extension KernelRequest {
    /// The default that it sets, and to what; `nil` for every other request.
    fileprivate var blocking: (direction: Direction, isBlocking: Bool)? {
        switch self {
        case .addPolicy(let policy) where policy.identity.isDefault: (policy.identity.direction, true)
        case .deletePolicy(let identity) where identity.isDefault: (identity.direction, false)
        default: nil
        }
    }
}
