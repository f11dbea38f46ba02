import ControlProtocol
import IPsec

/// Collects what figures tell of the kernel's entries, a part in each turn of the loop.
struct MetricsWalk: EntryWalk {
    /// How many policies there are of each owner and direction.
    struct PolicyKind: Hashable, Sendable {
        let owner: EntryOwner
        let direction: Direction
    }

    private var census = Census()
    /// The oldest first.
    private(set) var associations: [AssociationFigures] = []
    private(set) var policies: [PolicyKind: Int] = [:]

    var isDone: Bool { census.isDone }

    /// Looks at up to `count` more entries.
    ///
    /// - Parameter state: says whose they are.
    mutating func advance(_ kernel: inout KernelDesk, _ state: StateInForce, at now: Instant, count: Int) {
        census.advance(&kernel.mirror, count: count)
        let found = census.take()
        for association in found.associations {
            associations.append(
                AssociationFigures(
                    association, of: state.owner(of: association.identity), at: UInt64(clamping: now.seconds),
                    tellsNumbers: kernel.traits.carriesOptions))
        }
        for policy in found.policies {
            policies[
                PolicyKind(owner: state.owner(of: policy.identity), direction: policy.identity.direction), default: 0] +=
                1
        }
    }

    /// Gives the cursor back; for one that is given up.
    mutating func close(_ mirror: inout Mirror) { census.close(&mirror) }
}
