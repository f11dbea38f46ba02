import IPsec
import SetkeySyntax

/// The entries of one database in numbers that add up, whatever has been noticed so far: what the kernel has is
/// declared, no longer declared, or foreign; what is declared is present, missing, or has expired.
struct EntryCounts: Hashable, Sendable {
    let inKernel: Int
    let declared: Int
    /// Declared, present and not as declared.
    let altered: Int
    /// Declared entries whose lifetime has ended.
    let expired: Int
    /// Present and the file's, though no longer declared.
    let leftover: Int
    let missing: Int
    let foreign: Int

    /// - Parameter missing: declared entries that have been noticed to be missing; one that nobody has noticed yet counts
    ///   when there are fewer entries than there should be.
    init(inKernel: Int, declared: Int, missing: Int, altered: Int, expired: Int, leftover: Int) {
        self.inKernel = inKernel
        self.declared = declared
        self.altered = altered
        self.expired = expired
        self.leftover = leftover
        let present = max(0, min(declared - expired - missing, inKernel - leftover))
        self.missing = declared - expired - present
        foreign = inKernel - leftover - present
    }
}

extension Daemon {
    /// What the kernel has and the file declares, in numbers.
    var entryCounts: (associations: EntryCounts, policies: EntryCounts) {
        let (missing, altered) = (reconciler.drift.drifted.missing, reconciler.drift.drifted.altered)
        let associations = EntryCounts(
            inKernel: context.kernel.mirror.associations.count, declared: reconciler.inForce.associations.count,
            missing: missing.associations,
            altered: altered.associations, expired: reconciler.expiredCounts.associations,
            leftover: presentLeftover(
                reconciler.ownership.leftover.associations, in: context.kernel.mirror.associations))
        let policies = EntryCounts(
            inKernel: manageablePolicyCount + naturalPolicyCount, declared: reconciler.inForce.policies.count,
            missing: missing.policies + reconciler.waitingPolicies(context.kernel.mirror.devices).count,
            altered: altered.policies, expired: reconciler.expiredCounts.policies,
            leftover: presentLeftover(reconciler.ownership.leftover.policies, in: context.kernel.mirror.policies))
        return (associations, policies)
    }

    /// How many entries that are no longer declared the kernel has. Of a great many, as at a start what the last daemon
    /// owned, all are taken for present that can be: to look for each would hold the loop.
    private func presentLeftover<Entry>(_ leftover: Set<Entry.Identity>, in table: MirroredTable<Entry>) -> Int {
        leftover.count > 20 * Daemon.slice
            ? min(leftover.count, table.count) : leftover.count(where: table.contains)
    }

    /// How many defaults are declared to be what they are without anybody's doing, and are: the kernel has no entry for
    /// them, and they count as if it had.
    private var naturalPolicyCount: Int {
        Direction.managed.count { direction in
            let identity = PolicyIdentity(defaultOf: direction)
            return reconciler.inForce.policies[identity]?.entry.action == .bypass
                && !context.kernel.mirror.policies.contains(identity)
        }
    }

    /// Policies of the kernel, without those that sockets have for all that they send and receive: the ones of the ports
    /// above, and of IKE daemons. No file declares them, so they are nobody's to manage, and no message tells of them.
    var manageablePolicyCount: Int {
        context.kernel.mirror.policies.count
            - PolicyIdentity.ofSockets.count(where: context.kernel.mirror.policies.contains)
    }
}

extension PolicyIdentity {
    /// The names of the policies that sockets have for all that they send and receive.
    fileprivate static let ofSockets: [PolicyIdentity] = [IPAddress.Family.ipv4, .ipv6].flatMap { family in
        let any = AddressPrefix(address: .unspecified(family), length: 0)
        return [Direction.socketInbound, .socketOutbound].map {
            PolicyIdentity(direction: $0, selector: Selector(source: any, destination: any))
        }
    }
}
