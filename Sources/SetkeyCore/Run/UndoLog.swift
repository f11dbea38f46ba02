import IPsec

/// The requests that undo what has been applied, gathered step by step.
///
/// An SA that was deleted comes back with its keys, because DELETE's answer carries them (kernel-facts 1.2), and through
/// XFRM with the number of the last packet that it sent; its counters do not come back.
struct UndoLog: Sendable {
    private static var pageSize: Int { 256 }

    private enum Inverse: Sendable {
        case request(KernelRequest)
        /// All that a flush has removed: a million entries are not turned into requests in one turn of the loop.
        case refill(FlushedEntries)
    }

    /// In the order of the steps, in pages; they are taken from the end. To grow one long array would hold the loop.
    private var pages: [[Inverse]] = []
    /// Flushes that have been undone; to free them takes its time.
    private var refilled: [FlushedEntries] = []

    /// How many entries it holds, about.
    private(set) var size = 0

    /// Whether nothing is left to be undone.
    var isEmpty: Bool { pages.isEmpty }

    /// The next request to send; the last applied step is undone first.
    mutating func next() -> KernelRequest? {
        while let inverse = popLast() {
            switch inverse {
            case .request(let request): return request
            case .refill(var flushed):
                guard let request = flushed.next() else {
                    refilled.append(flushed)
                    continue
                }
                push(.refill(flushed))
                return request
            }
        }
        return nil
    }

    /// Notes how to undo an applied request.
    /// - Parameters:
    ///   - answer: the kernel's answer to it.
    ///   - former: the mirror as it was before.
    mutating func note(_ request: KernelRequest, answer: KernelEvent.Content, former: FormerEntries) {
        switch request {
        case .add(let association):
            append(.delete(association.reference))
        case .reserveSPI:
            if case .reservedSPI(let larval) = answer {
                append(.delete(larval.reference))
            }
        case .delete:
            if let association = Self.deleted(answer, former), let request = Self.restoring(association) {
                append(request)
            }
        case .update:
            if case .association(let association) = former { append(.update(association)) }
        case .addPolicy(let policy):
            // A default that was so before stays so.
            if case .policy = former { break }
            append(.deletePolicy(policy.identity))
        case .updatePolicy(let policy):
            if case .policy(let replaced) = former {
                append(.updatePolicy(replaced))
            } else {
                append(.deletePolicy(policy.identity))
            }
        case .deletePolicy:
            if case .policy(let policy) = former { append(.addPolicy(policy)) }
        case .flush, .flushPolicies:
            if case .flushed(let entries) = former {
                size += entries.count
                push(.refill(entries))
            }
        case .subscribe, .ping, .get, .dump, .getPolicy, .dumpPolicies, .getHashThresholds, .setHashThresholds: break
        }
    }

    private mutating func append(_ request: KernelRequest) {
        size += 1
        push(.request(request))
    }

    private mutating func push(_ inverse: Inverse) {
        if (pages.last?.count ?? Self.pageSize) == Self.pageSize {
            pages.append([])
            pages[pages.count - 1].reserveCapacity(Self.pageSize)
        }
        pages[pages.count - 1].append(inverse)
    }

    private mutating func popLast() -> Inverse? {
        guard !pages.isEmpty else { return nil }
        let inverse = pages[pages.count - 1].popLast()
        if pages[pages.count - 1].isEmpty { pages.removeLast() }
        return inverse
    }

    /// What a DELETE has removed: the answer tells the most of it, unless the mirror knows what the kernel does not tell.
    private static func deleted(_ answer: KernelEvent.Content, _ former: FormerEntries) -> SecurityAssociation? {
        var found: [SecurityAssociation] = []
        if case .association(.deleted, let told) = answer { found.append(told) }
        if case .association(let known) = former { found.append(known) }
        return found.first { !$0.isDegraded && !$0.hidesKeys && $0.hasAlgorithm } ?? found.first
    }

    /// The request that brings back an SA that was deleted; `nil` for one that was no more than a name. One of which not all
    /// is known fails, and is told of (``Mirror/objection(to:)``).
    static func restoring(_ association: SecurityAssociation) -> KernelRequest? {
        guard association.hasAlgorithm || association.isDegraded,
            [.mature, .dying, .dead].contains(association.state)
        else { return nil }
        var mature = association
        mature.state = .mature
        mature.current = .zero
        mature.numbers = mature.continuing(mature.numbers)
        return .add(mature)
    }
}

extension SecurityAssociation {
    /// Whether it is more than a name: no kernel has an SA without one.
    fileprivate var hasAlgorithm: Bool { encryption != .none || integrity != .none || compression != .none }
}

/// What a request is about to replace or remove, read from the mirror before it is sent.
enum FormerEntries: Sendable {
    case none
    case association(SecurityAssociation)
    case policy(SecurityPolicy)
    case flushed(FlushedEntries)

    init(touchedBy request: KernelRequest, in mirror: Mirror) {
        switch request {
        case .update(let association): self = mirror.associations[association.identity].map(Self.association) ?? .none
        case .delete(let reference): self = mirror.associations[reference.identity].map(Self.association) ?? .none
        case .addPolicy(let policy) where policy.identity.isDefault:
            self = mirror.policies[policy.identity].map(Self.policy) ?? .none
        case .updatePolicy(let policy): self = mirror.policies[policy.identity].map(Self.policy) ?? .none
        case .deletePolicy(let identity): self = mirror.policies[identity].map(Self.policy) ?? .none
        case .flush(let ipsecProtocol): self = .flushed(FlushedEntries(mirror.associations.entries, of: ipsecProtocol))
        case .flushPolicies: self = .flushed(FlushedEntries(mirror.policies.entries))
        default: self = .none
        }
    }
}

/// A database as it was before a flush, to be filled again entry by entry. The table is the mirror's own as long as that
/// does not change it.
struct FlushedEntries: Sendable {
    private indirect enum Walk: Sendable {
        case associations(EntryTable<SecurityAssociation>, EntryTable<SecurityAssociation>.CursorID, of: IPsecProtocol?)
        case policies(EntryTable<SecurityPolicy>, EntryTable<SecurityPolicy>.CursorID)
    }

    private var walk: Walk
    /// How many entries were there; the flush may have spared some.
    let count: Int

    // The mirror's order is newest first; adding the oldest first gives it back.

    init(_ table: EntryTable<SecurityAssociation>, of ipsecProtocol: IPsecProtocol?) {
        var table = table
        let cursor = table.openCursor(at: .oldest)
        walk = .associations(table, cursor, of: ipsecProtocol)
        count = table.count
    }

    init(_ table: EntryTable<SecurityPolicy>) {
        var table = table
        let cursor = table.openCursor(at: .oldest)
        walk = .policies(table, cursor)
        count = table.count
    }

    /// The request that brings the next entry back that the flush removed.
    mutating func next() -> KernelRequest? {
        switch walk {
        case .associations(var table, let cursor, let ipsecProtocol):
            defer { walk = .associations(table, cursor, of: ipsecProtocol) }
            while let association = table.next(cursor) {
                guard ipsecProtocol == nil || association.identity.ipsecProtocol == ipsecProtocol,
                    let request = UndoLog.restoring(association)
                else { continue }
                return request
            }
        case .policies(var table, let cursor):
            defer { walk = .policies(table, cursor) }
            while let policy = table.next(cursor) {
                if !policy.identity.outlivesFlush { return .addPolicy(policy) }
            }
        }
        return nil
    }
}
