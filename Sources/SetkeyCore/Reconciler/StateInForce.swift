import IPsec
import SetkeySyntax

/// The state that the kernel is held to: what the file declares, as it was last applied, and what else of the kernel is
/// the file's.
///
/// Of each change that a daemon must know of which comes after a kill there is an ``OwnershipAddition``.
struct StateInForce: Sendable {
    private(set) var ownership = Ownership()
    /// Renders where its statements are.
    private(set) var locate = StatementLocator { _ in "" }
    /// Of the file that was applied last.
    private(set) var fingerprint: Fingerprint?
    /// Whether there has been one since the daemon began.
    private(set) var hasBeenInForce = false
    /// What the last daemon left written down, until it is known where the start leads.
    private var memory: OwnershipRecord?

    /// What the file declares.
    var declared: DesiredState {
        _read { yield ownership.inForce }
    }

    /// Where a repair leads.
    var target: Target { Target(desired: declared, locate: locate) }

    /// How many entries it holds, about.
    var size: Int { declared.count + ownership.leftover.count }

    /// `FILE:LINE:COLUMN: ` of one of its statements.
    func place(_ origin: StatementOrigin) -> String {
        let place = locate(origin)
        return place.isEmpty ? "" : "\(place): "
    }

    /// All that is owned.
    func snapshot(at now: Instant) -> OwnershipSnapshot {
        OwnershipSnapshot(ownership: ownership, time: now.seconds, fingerprint: fingerprint)
    }

    // MARK: The last daemon's

    /// Takes over what a daemon before this one left.
    ///
    /// - Parameter life: names the kernel's tables; in others nothing of it is.
    /// - Returns: whether it was of these.
    mutating func restore(_ record: OwnershipRecord, life: String) -> Bool {
        guard record.life == life else { return false }
        ownership.leftover = record.identities
        fingerprint = record.fingerprint
        memory = record
        return true
    }

    /// What the last daemon left written down of the declared SAs, once, if their lifetimes go by that.
    ///
    /// Only if the file is the one that was applied then, or the state before it comes back: a statement that may have
    /// been changed is applied.
    mutating func takeMemory(of target: Target, isReversal: Bool) -> OwnershipRecord? {
        defer { memory = nil }
        guard let memory, isReversal || target.fingerprint == memory.fingerprint else { return nil }
        return memory
    }

    // MARK: Another state

    /// A state is in force from now on; what it no longer names is nobody's, or still to be removed.
    ///
    /// - Parameter released: what is no longer the file's besides.
    /// - Returns: what is to be written down.
    mutating func become(
        _ desired: DesiredState, by verification: Verification, releasing released: NameLists, at now: Instant
    ) -> OwnershipAddition {
        let (target, consequences) = (verification.application.target, verification.application.consequences)
        var addition = OwnershipAddition(time: now.seconds)
        addition.claimed = consequences.claimedLater
        addition.released = consequences.released
        addition.released += released
        if target.fingerprint != fingerprint { addition.fingerprint = target.fingerprint }
        ownership.leftover = verification.leftover
        keepLeftover(&addition.released)
        ownership.inForce = desired
        hasBeenInForce = true
        locate = target.locate
        fingerprint = target.fingerprint ?? fingerprint
        return addition
    }

    /// What is declared is that of another moment.
    ///
    /// - Returns: what is to be written down.
    mutating func pass(to desired: DesiredState, by verification: Verification, at now: Instant) -> OwnershipAddition {
        let consequences = verification.application.consequences
        var addition = OwnershipAddition(time: now.seconds)
        addition.claimed = consequences.claimedLater
        addition.released = consequences.released
        ownership.leftover.associations.formUnion(verification.leftover.associations)
        ownership.leftover.policies.formUnion(verification.leftover.policies)
        ownership.inForce = desired
        if !ownership.leftover.isEmpty {
            ownership.leftover.associations = ownership.leftover.associations.filter {
                !declared.associations.contains($0)
            }
            ownership.leftover.policies = ownership.leftover.policies.filter { !declared.policies.contains($0) }
        }
        keepLeftover(&addition.released)
        return addition
    }

    /// A plan was rolled back: what was added and could not be removed again is the file's, until it can.
    ///
    /// - Returns: what is to be written down.
    mutating func stay(after application: Application, at now: Instant) -> OwnershipAddition {
        for identity in application.overwritten where !declared.policies.contains(identity) {
            ownership.leftover.policies.insert(identity)
        }
        for request in application.notUndone {
            switch request {
            case .delete(let reference) where !declared.associations.contains(reference.identity):
                ownership.leftover.associations.insert(reference.identity)
            case .deletePolicy(let identity) where !declared.policies.contains(identity):
                ownership.leftover.policies.insert(identity)
            default: break
            }
        }
        var addition = OwnershipAddition(time: now.seconds)
        addition.released = application.consequences.claimed
        // Nothing else that was claimed was owned before.
        if !application.notUndone.isEmpty || !application.overwritten.isEmpty { keepLeftover(&addition.released) }
        let reborn = application.consequences.reborn
        addition.expired.associations = reborn.associations.filter { ownership.expired.associations[$0] != nil }
        addition.expired.policies = reborn.policies.filter { ownership.expired.policies[$0] != nil }
        return addition
    }

    /// What is still to be removed is not released.
    private func keepLeftover(_ released: inout NameLists) {
        guard !ownership.leftover.isEmpty else { return }
        released.associations.removeAll(where: ownership.leftover.associations.contains)
        released.policies.removeAll(where: ownership.leftover.policies.contains)
    }

    // MARK: Devices

    /// A policy is left behind in the kernel by another name than it is declared by: it is still to be removed.
    ///
    /// - Returns: whether that is news.
    mutating func leave(_ identity: PolicyIdentity) -> Bool {
        guard !declared.policies.contains(identity) else { return false }
        return ownership.leftover.policies.insert(identity).inserted
    }

    /// A policy that was left behind is gone.
    ///
    /// - Returns: whether one was.
    mutating func forget(_ identity: PolicyIdentity) -> Bool {
        ownership.leftover.policies.remove(identity) != nil
    }

    // MARK: Lifetimes

    /// The hard lifetime of an entry of this state, or of the one that comes, has ended as declared: it stays away until
    /// its declaration becomes another.
    ///
    /// - Returns: whether that is news.
    @discardableResult
    mutating func expire<Entry: PlannedEntry>(_ declared: DesiredState.Declared<Entry>) -> Bool {
        let entry = declared.entry
        return ownership.expired[keyPath: Entry.expired].updateValue(entry, forKey: entry.identity) != entry
    }

    /// Whether the lifetime of a declared policy has ended.
    func hasEnded(_ identity: PolicyIdentity) -> Bool {
        declared.policies[identity].map { ownership.expired.contains($0.entry) } ?? false
    }

    /// Whoever adds an entry anew begins a new life of it.
    mutating func revive(_ name: EntryName) {
        switch name {
        case .association(let identity): ownership.expired.associations[identity] = nil
        case .policy(let identity): ownership.expired.policies[identity] = nil
        }
    }

    /// Forgets, in one part of the entries that have expired, those that are no longer declared as they were.
    ///
    /// - Returns: how many were looked at, about.
    mutating func forgetOldExpiries(shard: Int) -> Int {
        let declared = declared
        defer {
            ownership.expired.associations.filter(shard: shard) { declared.associations[$0]?.entry == $1 }
            ownership.expired.policies.filter(shard: shard) { declared.policies[$0]?.entry == $1 }
        }
        let count = ownership.expired.associations.count + ownership.expired.policies.count
        return count / ExpiredEntries.shardCount + 1
    }
}
