package import IPsec

/// What the kernel has, foreign entries included.
///
/// Events are hints, the dump is truth: the mirror starts from a dump, follows the events, and a later dump
/// corrects it (architecture 4). While a dump runs, events win over its records, because one record is held back in the
/// kernel and may be told after the news that it is gone (kernel-facts 3.2).
package struct Mirror: Sendable {
    /// The Security Association Database.
    package private(set) var associations = EntryTable<SecurityAssociation>()
    /// The Security Policy Database, per-socket policies included.
    package private(set) var policies = EntryTable<SecurityPolicy>()

    private var associationDump: RunningDump<SAIdentity>?
    private var policyDump: RunningDump<PolicyIdentity>?

    /// What a dump must remember while it runs.
    private struct RunningDump<Identity: Hashable & Sendable>: Sendable {
        /// Entries that events have spoken of since it began; later records of them are stale.
        var touched: Set<Identity> = []
        /// Whether everything went meanwhile: its records cannot be told apart from ghosts.
        var mustRepeat = false
        /// Policies of the same name and another number as one that the mirror has: twins with a mark or an interface id,
        /// which PF_KEY does not tell, or what has come in its place.
        var rivals: [SecurityPolicy] = []
        /// Entries that the mirror lacked, or had too many; those that the kernel makes and removes silently are not
        /// counted.
        var corrections = 0
    }

    /// How a dump ended.
    package struct DumpEnd: Sendable {
        /// Whether the mirror now is what the kernel has; if not, dump again.
        package let isComplete: Bool
        /// In how many entries the mirror was wrong before.
        package let corrections: Int
        /// SAs with a limited life that are gone, though no event told so.
        package var outlived: [SecurityAssociation] = []

        static let incomplete = DumpEnd(isComplete: false, corrections: 0)
    }

    /// What an applied event asks to be done next.
    package enum FollowUp: Sendable {
        case nothing
        /// An UPDATE says what was asked, not what is.
        case get(SAReference)
        /// Entries have moved without being named.
        case dumpAgain
        /// So many entries have gone at once: they are to be freed.
        case free(any Sendable, count: Int)
    }

    package init() {}

    // MARK: Events

    /// Applies one kernel event.
    /// - Parameter isAnswer: whether it answers a request of ours, which never means a twin with a mark.
    package mutating func apply(_ content: KernelEvent.Content, isAnswer: Bool = false) -> FollowUp {
        switch content {
        case .association(let verb, let association): return apply(verb, association)
        case .reservedSPI(let association): insert(association)
        case .expired(let association, let hardness): expire(association, hardness)
        case .flushed(let ipsecProtocol): return flush(ipsecProtocol)
        case .policy(let verb, let policy):
            if !isAnswer || verb == .deleted, isTwin(policy) { return .nothing }
            apply(verb, policy)
        case .policiesFlushed: return flushPolicies()
        case .dumped(let association, _): record(association)
        case .dumpedPolicy(let policy, _): record(policy)
        case .migrated: return .dumpAgain
        case .newMapping(let identity, _):
            guard let association = associations[identity] else { return .nothing }
            return .get(SAReference(identity: identity, source: association.source))
        case .refused, .acquire, .dumpEnded, .registered, .ignored, .unreadable: break
        }
        return .nothing
    }

    private mutating func apply(_ verb: KernelEvent.Verb, _ association: SecurityAssociation) -> FollowUp {
        switch verb {
        case .added, .got:
            insert(association)
            if verb == .added { forgetLarval(replacedBy: association) }
        case .deleted:
            associations.remove(association.identity)
            associationDump?.touched.insert(association.identity)
        case .updated where association.state == .mature:
            // A larval SA has become this one.
            insert(association)
        case .updated:
            return .get(SAReference(identity: association.identity, source: association.source))
        }
        return .nothing
    }

    private mutating func insert(_ association: SecurityAssociation) {
        associations.insert(association, at: .newest)
        associationDump?.touched.insert(association.identity)
    }

    /// An ADD silently removes the larval SA that waited for it (kernel-facts 7).
    private mutating func forgetLarval(replacedBy association: SecurityAssociation) {
        let larval = SAIdentity(
            destination: association.identity.destination, ipsecProtocol: association.identity.ipsecProtocol,
            spi: SPI(rawValue: 0))
        guard let waiting = associations[larval], waiting.state == .larval, waiting.source == association.source,
            waiting.mode == association.mode, waiting.reqID == association.reqID
        else { return }
        associations.remove(larval)
        associationDump?.touched.insert(larval)
    }

    private mutating func expire(_ association: SecurityAssociation, _ hardness: Hardness) {
        associationDump?.touched.insert(association.identity)
        switch hardness {
        case .soft:
            // EXPIRE carries no keys: only what it tells is taken over.
            associations.modify(association.identity) {
                $0.state = association.state
                $0.current = association.current
            }
        case .hard:
            associations.remove(association.identity)
        }
    }

    private mutating func flush(_ ipsecProtocol: IPsecProtocol?) -> FollowUp {
        associationDump?.mustRepeat = true
        if let ipsecProtocol, associations.contains(where: { $0.ipsecProtocol != ipsecProtocol }) {
            associations.removeAll { $0.identity.ipsecProtocol == ipsecProtocol }
            return .nothing
        }
        let former = associations.removeAll()
        return .free(former, count: former.count)
    }

    private mutating func apply(_ verb: KernelEvent.Verb, _ policy: SecurityPolicy) {
        policyDump?.touched.insert(policy.identity)
        switch verb {
        case .added, .updated: policies.insert(policy, at: .newest, moving: true)
        case .got: policies.insert(policy, at: .newest)
        case .deleted: policies.remove(policy.identity)
        }
    }

    /// Whether a policy has the name of one that is there and is not the same: the kernel keeps a policy's number as long
    /// as the policy lives, and through every update.
    private func isTwin(_ policy: SecurityPolicy) -> Bool {
        guard let index = policy.index, let known = policies[policy.identity]?.index else { return false }
        return index != known
    }

    private mutating func flushPolicies() -> FollowUp {
        policyDump?.mustRepeat = true
        var kept: [SecurityPolicy] = []
        let cursor = policies.openCursorOfSockets()
        while let policy = policies.next(cursor) {
            if policy.identity.direction.isPerSocket { kept.append(policy) }
        }
        policies.closeCursor(cursor)
        let former = policies.removeAll()
        for policy in kept { policies.insert(policy, at: .oldest) }
        return .free(former, count: former.count)
    }

    /// Forgets a policy whose lifetime has passed: the kernel sends nothing (kernel-facts 0.4).
    package mutating func policyIsGone(_ identity: PolicyIdentity) {
        policies.remove(identity)
        policyDump?.touched.insert(identity)
    }

    /// Lets the SA of this name share the keys of what declares it, which otherwise are in memory twice.
    package mutating func shareKeys(with declared: SecurityAssociation) {
        associations.share(declared)
    }

    // MARK: Dumps

    /// A dump of the SAD has been asked for.
    package mutating func beginAssociationDump() {
        associations.generation &+= 1
        associationDump = RunningDump()
    }

    /// A dump of the SPD has been asked for.
    package mutating func beginPolicyDump() {
        policies.generation &+= 1
        policyDump = RunningDump()
    }

    private mutating func record(_ association: SecurityAssociation) {
        guard let dump = associationDump, !dump.mustRepeat, !dump.touched.contains(association.identity) else { return }
        let former = associations.count
        associations.insert(association, at: .oldest)
        if associations.count > former, association.state != .larval { associationDump?.corrections += 1 }
    }

    private mutating func record(_ policy: SecurityPolicy) {
        guard let dump = policyDump, !dump.mustRepeat, !dump.touched.contains(policy.identity) else { return }
        if isTwin(policy) {
            policyDump?.rivals.append(policy)
            return
        }
        let former = policies.count
        policies.insert(policy, at: .oldest)
        if policies.count > former, !policy.comesAndGoesSilently { policyDump?.corrections += 1 }
    }

    /// The dump is over: what it did not tell is gone.
    /// - Parameter complete: whether the kernel told all; if not, nothing is taken for gone.
    package mutating func endAssociationDump(complete: Bool) -> DumpEnd {
        guard var dump = associationDump else { return .incomplete }
        associationDump = nil
        guard complete, !dump.mustRepeat else { return .incomplete }
        var outlived: [SecurityAssociation] = []
        associations.removeAll(notStampedWith: associations.generation) {
            guard $0.state != .larval else { return }
            dump.corrections += 1
            if $0.limits.hard != .zero { outlived.append($0) }
        }
        return DumpEnd(isComplete: true, corrections: dump.corrections, outlived: outlived)
    }

    /// As ``endAssociationDump(complete:)``, of the SPD.
    package mutating func endPolicyDump(complete: Bool) -> DumpEnd {
        guard var dump = policyDump else { return .incomplete }
        policyDump = nil
        guard complete, !dump.mustRepeat else { return .incomplete }
        for rival in dump.rivals where !policies.isStamped(rival.identity) {
            policies.insert(rival, at: .oldest)
            if !rival.comesAndGoesSilently { dump.corrections += 1 }
        }
        policies.removeAll(notStampedWith: policies.generation) {
            if !$0.comesAndGoesSilently { dump.corrections += 1 }
        }
        return DumpEnd(isComplete: true, corrections: dump.corrections)
    }

    // MARK: Walks

    /// Lends the SAD for a walk with a cursor.
    package mutating func withAssociations<Result>(_ body: (inout EntryTable<SecurityAssociation>) -> Result) -> Result
    {
        body(&associations)
    }

    /// Lends the SPD for a walk with a cursor.
    package mutating func withPolicies<Result>(_ body: (inout EntryTable<SecurityPolicy>) -> Result) -> Result {
        body(&policies)
    }
}

extension SecurityPolicy {
    /// Whether the kernel may make or remove it without a message: a socket's, or one with a lifetime.
    fileprivate var comesAndGoesSilently: Bool {
        identity.direction.isPerSocket || limits.hard != .zero
    }
}
