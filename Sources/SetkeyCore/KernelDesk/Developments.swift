import ControlProtocol
import IPsec

extension KernelDesk {
    /// What the others are to be told.
    enum Development: Sendable {
        /// A request has ended; with what it replaced or removed, if that was to be kept.
        case ended(Flight, Outcome, former: FormerEntries)
        /// A dump, or the reading of an SA, is over: the mirror may be true now.
        case caughtUp
        /// A database cannot be read now.
        case unreadable(DatabaseName, KernelErrno, why: String)
        /// An SA with a limited life is gone, and nothing told of its end.
        case outlived(SecurityAssociation)
        /// The same of a policy.
        case policyOutlived(SecurityPolicy)
        /// A policy's hard lifetime has ended.
        case expired(SecurityPolicy)
        /// Any entry may be another than was thought.
        case doubted
        /// What was asked for by ``KernelDesk/tune(_:)`` has ended.
        case tuned(Outcome)
        /// The kernel is spoken to by the richer interface, or that could not be opened.
        case moved(failure: String?)
    }
}

/// What the kernel desk has to tell the others, in its order.
struct Developments: Sendable {
    private var waiting: [KernelDesk.Development?] = []
    /// So many of these have been told.
    private var told = 0

    var isEmpty: Bool { told == waiting.count }

    mutating func append(_ development: KernelDesk.Development) { waiting.append(development) }

    /// The next one, once.
    mutating func next() -> KernelDesk.Development? {
        told += 1
        if told < waiting.count { return waiting[told - 1].take() }
        // The last one is, as a rule, the only one.
        told = 0
        defer { if !waiting.isEmpty { waiting.removeAll(keepingCapacity: true) } }
        return waiting.popLast() ?? nil
    }
}
