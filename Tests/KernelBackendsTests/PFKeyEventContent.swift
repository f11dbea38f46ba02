import IPsec
import KernelBackends

/// What a test expects an event to hold; `nil` when it holds something else.
extension KernelEvent.Content {
    var refusal: KernelErrno? { if case .refused(let errno) = self { errno } else { nil } }
    var ignoredType: UInt8? { if case .ignored(let type) = self { type } else { nil } }
    var unreadable: UnreadableMessage? { if case .unreadable(let message) = self { message } else { nil } }
    var acquire: Acquire? { if case .acquire(let acquire) = self { acquire } else { nil } }
    var isSubscription: Bool { if case .subscribed = self { true } else { false } }
    var isMigration: Bool { if case .migrated = self { true } else { false } }
    var isEndOfDump: Bool { if case .dumpEnded(complete: false) = self { true } else { false } }

    var association: (verb: KernelEvent.Verb, sa: SecurityAssociation)? {
        if case .association(let verb, let sa) = self { (verb, sa) } else { nil }
    }

    var policy: (verb: KernelEvent.Verb, policy: SecurityPolicy)? {
        if case .policy(let verb, let policy) = self { (verb, policy) } else { nil }
    }

    var expiry: (sa: SecurityAssociation, hardness: Hardness)? {
        if case .expired(let sa, let hardness) = self { (sa, hardness) } else { nil }
    }

    var record: (sa: SecurityAssociation, isLast: Bool)? {
        if case .dumped(let sa, let isLast) = self { (sa, isLast) } else { nil }
    }

    var mapping: (identity: SAIdentity, ports: NATTraversal)? {
        if case .newMapping(let identity, let ports) = self { (identity, ports) } else { nil }
    }

    /// Of what; `.some(nil)` for all protocols.
    var flush: IPsecProtocol?? { if case .flushed(let ipsecProtocol) = self { .some(ipsecProtocol) } else { nil } }
}

extension PFKeyCodec {
    /// What the message that `bytes` are means.
    mutating func decode(_ bytes: [UInt8]) -> KernelEvent { decode(bytes.span) }
}
