package import ControlProtocol
package import IPsec

/// Entries with a limited life of which a dump does not tell any more.
package typealias OutlivedEntries = PerDatabase<[SecurityAssociation], [SecurityPolicy]>

/// What the kernel has, foreign entries included.
package struct Mirror: Sendable {
    /// The Security Association Database.
    package internal(set) var associations = MirroredTable<SecurityAssociation>()
    /// The Security Policy Database, per-socket policies included.
    package internal(set) var policies = MirroredTable<SecurityPolicy>()

    /// Whether a larval SA without an SPI has been told of, which an ADD may remove: it is sought only then.
    private var hasNameless = false
    /// Whether an SA has been told of which the kernel interface could tell only a part.
    private(set) var hasDegraded = false
    /// The devices by which work of SAs has been told to be done.
    private var offloadDevices: Set<Device> = []
    /// SAs are handed to a few devices; where they are to more, any device may be one of them.
    private static let offloadDeviceLimit = 1000

    /// What an applied event asks to be done next.
    package enum FollowUp: Sendable {
        /// Nothing.
        case nothing
        /// An UPDATE says what was asked, not what is.
        case get(SAReference)
        /// Entries have moved without being named.
        case dumpAgain
        /// So many entries have gone at once: they are to be freed.
        case free(any Sendable, count: Int)
        /// So many entries have gone that are to be freed by ``Mirror/freeNext(_:)``.
        case freeNext(count: Int)
    }

    /// Whether what is told of an SA tells its state (``KernelTraits/tellsStates``).
    package var tellsStates: Bool

    /// - Parameter tellsStates: whether what is told of an SA tells its state.
    package init(tellsStates: Bool = true) {
        self.tellsStates = tellsStates
    }

    /// The network devices that there are.
    package var devices: Devices { policies.devices }

    /// Applies one kernel event.
    /// - Parameter isAnswer: whether it answers a request of ours, which never means a twin with a mark.
    package mutating func apply(_ content: KernelEvent.Content, isAnswer: Bool = false) -> FollowUp {
        switch content {
        case .association(let verb, let association): return apply(verb, association)
        case .reservedSPI(let association): associations.insert(association)
        case .expired(let association, let hardness): expire(association, hardness)
        case .flushed(let ipsecProtocol): return flush(ipsecProtocol)
        case .policy(let verb, let policy):
            if !isAnswer || verb == .deleted, policies.isTwin(policy) { return .nothing }
            policies.noteDevice(of: policy.identity)
            apply(verb, policy)
        case .policyExpired(let policy, .hard):
            if !policies.isTwin(policy) { apply(.deleted, policy) }
        case .policiesFlushed:
            let former = policies.removeAll(except: policies.outlivingFlush())
            return .free(former, count: former.count)
        case .dumped(let association, _):
            note(association)
            associations.dumped(withKnownKeys(inKnownState(association)))
        case .dumpedPolicy(let policy, _):
            policies.noteDevice(of: policy.identity)
            policies.dumped(policy)
        case .migrated: return .dumpAgain
        // Each default is told as an entry of its own, too.
        case .policyDefaults: break
        // Of a mapping the kernel tells with each packet, and changes nothing (xfrm-facts B1).
        case .newMapping, .refused, .acquire, .dumpEnded, .subscribed, .hashThresholds, .hashThresholdsSet, .ignored,
            .unreadable,
            .policyExpired(_, .soft):
            break
        }
        return .nothing
    }

    private mutating func apply(_ verb: KernelEvent.Verb, _ association: SecurityAssociation) -> FollowUp {
        switch verb {
        case .added, .got:
            note(association)
            associations.insert(verb == .got ? withKnownKeys(inKnownState(association)) : association)
            if verb == .added, hasNameless { forgetLarval(replacedBy: association) }
        case .deleted: associations.remove(association.identity, numbered: association.numbers)
        case .updated where tellsStates && association.state == .mature:
            // A larval SA has become this one.
            associations.insert(association)
        case .updated:
            if !tellsStates { renew(association.identity) }
            return .get(association.reference)
        }
        return .nothing
    }

    /// The same SA, and dying if events have told that and the kernel itself does not.
    private func inKnownState(_ association: SecurityAssociation) -> SecurityAssociation {
        // Only a soft limit makes one die.
        guard !tellsStates, association.state == .mature, association.limits.soft != .zero,
            let known = associations[association.identity], known.state == .dying,
            known.current.addTime == association.current.addTime
        else { return association }
        var fields = association.fields
        fields.state = .dying
        return SecurityAssociation(fields)
    }

    /// The same SA with the keys that are known of it, where the kernel does not tell them.
    private func withKnownKeys(_ association: SecurityAssociation) -> SecurityAssociation {
        // An acknowledgement does not tell when it was made.
        guard association.hidesKeys, let known = associations[association.identity],
            known.current.addTime == association.current.addTime || known.current.addTime == 0
        else { return association }
        var association = association
        association.adoptKeys(of: known)
        return association
    }

    /// New lifetimes make a dying SA mature (xfrm-facts 2.3).
    private mutating func renew(_ identity: SAIdentity) {
        guard associations[identity]?.state == .dying else { return }
        associations.modify(identity) { $0.state = .mature }
    }

    private mutating func note(_ association: SecurityAssociation) {
        if association.identity.spi.rawValue == 0 { hasNameless = true }
        if association.isDegraded { hasDegraded = true }
        if association.hasOptions, let offload = association.options.offload,
            offloadDevices.count < Self.offloadDeviceLimit
        {
            offloadDevices.insert(offload.device)
        }
        associations.masks.note(association.identity.mark)
    }

    /// The request as it is to be asked: an SA goes on with the numbers of those that have been under its name, unless these
    /// are used up and it has other keys.
    func continuing(_ request: KernelRequest) -> KernelRequest {
        guard case .add(var association) = request else { return request }
        let former = associations.formerNumbers[association.identity]
        let spent = associations.formerNumbers.spentKeys(association.identity)
        guard former != .zero || !spent.isEmpty else { return request }
        association.numbers = association.continuing(former.furthest(association.numbers))
        // The numbers of a key are used once.
        if !spent.isEmpty, spent.contains(association.keyHash) { association.numbers.sent = UInt64(UInt32.max) }
        return .add(association)
    }

    /// Why this is not to be asked of the kernel; `nil` for what is.
    ///
    /// It may do it to another SA than the one that is named, because it cannot tell their marks apart: which of the two
    /// it finds is chance. Or there is no number for a device, or not all is known of an SA that is to come back.
    package func objection(to request: KernelRequest) -> KernelErrno? {
        switch request {
        case .add(let association):
            association.isDegraded
                ? .inexpressible : association.hidesKeys ? .noKey : lacksDevice(of: association) ? .noDevice : nil
        case .update(let association):
            lacksDevice(of: association)
                ? .noDevice : associations.rivals(of: association.identity).isEmpty ? nil : .notUnique
        case .get(let reference), .delete(let reference):
            associations.rivals(of: reference.identity).isEmpty ? nil : .notUnique
        case .addPolicy(let policy), .updatePolicy(let policy):
            policies.lacksDevice(of: policy.identity) ? .noDevice : nil
        case .deletePolicy(let identity): policies.lacksDevice(of: identity) ? .noDevice : nil
        default: nil
        }
    }

    /// Whether SAs may be gone, or known by another device's name, since the devices were other ones: the kernel removes
    /// those of a device that goes down, or away, and tells nobody (xfrm-facts 3.3).
    func mayMisstateAssociations(since former: Devices) -> Bool {
        offloadDevices.count == Self.offloadDeviceLimit
            || offloadDevices.contains {
                former.isUp($0) && !devices.isUp($0) || devices.rename($0, knownTo: former)
            }
    }

    private func lacksDevice(of association: SecurityAssociation) -> Bool {
        guard association.hasOptions, let offload = association.options.offload else { return false }
        return devices.number(of: offload.device) == nil
    }

    /// An ADD silently removes the larval SA that waited for it (kernel-facts 7).
    private mutating func forgetLarval(replacedBy association: SecurityAssociation) {
        let larval = SAIdentity(
            destination: association.identity.destination, ipsecProtocol: association.identity.ipsecProtocol,
            spi: SPI(rawValue: 0), mark: association.identity.mark)
        guard let waiting = associations[larval], waiting.state == .larval, waiting.source == association.source,
            waiting.mode == association.mode, waiting.reqID == association.reqID
        else { return }
        associations.remove(larval)
    }

    private mutating func expire(_ association: SecurityAssociation, _ hardness: Hardness) {
        switch hardness {
        case .soft:
            // EXPIRE carries no keys: only what it tells is taken over.
            associations.modify(association.identity) {
                $0.state = association.state
                $0.current = association.current
            }
        case .hard: associations.remove(association.identity)
        }
    }

    private mutating func flush(_ ipsecProtocol: IPsecProtocol?) -> FollowUp {
        if let division = ipsecProtocol.map(SecurityAssociation.division),
            case let count = associations.entries.count(of: division), count < associations.count
        {
            associations.noteNumbers(of: division)
            associations.removeAll(of: division)
            return .freeNext(count: count)
        }
        associations.noteNumbers(of: nil)
        let former = associations.removeAll()
        return .free(former, count: former.count)
    }

    private mutating func apply(_ verb: KernelEvent.Verb, _ policy: SecurityPolicy) {
        switch verb {
        case .added, .updated: policies.insert(policy, moving: true)
        case .got: policies.insert(policy)
        case .deleted: policies.remove(policy.identity)
        }
    }

    // MARK: Dumps

    /// A dump has been asked for.
    package mutating func beginDump(of database: DatabaseName) {
        switch database {
        case .associations: associations.beginDump()
        case .policies: policies.beginDump()
        }
    }

    /// A dump is over, and what it did not tell is gone; see ``MirroredTable/endDump(isComplete:_:outlived:)``.
    /// - Parameter outlived: gets entries with a limited life that are gone, though no event told so.
    package mutating func endDump(
        of database: DatabaseName, isComplete: Bool, _ count: Int, outlived: inout OutlivedEntries
    ) -> DumpEnd {
        switch database {
        case .associations: associations.endDump(isComplete: isComplete, count, outlived: &outlived.associations)
        case .policies: policies.endDump(isComplete: isComplete, count, outlived: &outlived.policies)
        }
    }

    /// Frees up to `count` entries that have gone with others of their division.
    /// - Returns: whether there may be more.
    mutating func freeNext(_ count: Int) -> Bool { associations.freeNext(count) }
}

extension Mirror: KnownEntries {
    package mutating func association(_ identity: SAIdentity) -> SecurityAssociation? { associations.recall(identity) }

    package mutating func policy(_ identity: PolicyIdentity) -> SecurityPolicy? { policies.recall(identity) }
}
