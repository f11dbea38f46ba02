package import IPsec

/// What the kernel does to a packet: found in the mirror, by the kernel's own rules, a part at a time.
package struct Explanation: Sendable {
    /// Which way the packet goes.
    package enum Way: Sendable {
        /// It leaves, and this machine sends it.
        case outbound
        /// It comes in, for this machine.
        case inbound
        /// It comes in, and leaves again.
        case forwarded

        /// Whose policies it meets, in this order.
        var directions: [Direction] {
            switch self {
            case .outbound: [.outbound]
            case .inbound: [.inbound]
            case .forwarded: [.forward, .outbound]
            }
        }
    }

    /// What has been found about the policies of one direction.
    struct Lookup: Sendable {
        let policies: PolicySearch
        /// Of the transforms of the policy, in their order, as far as they were looked for.
        var transforms: [AssociationSearch] = []

        var isOutbound: Bool { policies.direction == .outbound }
    }

    private enum Phase: Sendable {
        case policies(PolicySearch, EntryTable<SecurityPolicy>.CursorID?)
        case associations(Lookup, AssociationSearch, EntryTable<SecurityAssociation>.CursorID?)
        case done
    }

    let flow: Flow
    private var phase: Phase
    private var directions: ArraySlice<Direction>
    private(set) var lookups: [Lookup] = []

    package init(_ flow: Flow, _ way: Way) {
        self.flow = flow
        directions = way.directions[...]
        phase = .done
        beginLookup()
    }

    /// Whether all has been found.
    package var isDone: Bool { if case .done = phase { true } else { false } }

    /// Looks at up to `count` more entries.
    package mutating func advance(_ mirror: inout Mirror, count: Int) {
        switch phase {
        case .policies(var search, let cursor):
            let cursor = cursor ?? mirror.policies.openCursor()
            for _ in 0..<count {
                guard let policy = mirror.policies.next(cursor) else {
                    mirror.policies.closeCursor(cursor)
                    return go(on: Lookup(policies: search))
                }
                search.look(at: policy)
            }
            phase = .policies(search, cursor)
        case .associations(var lookup, var search, let cursor):
            let cursor = cursor ?? mirror.associations.openCursor()
            for _ in 0..<count {
                guard let association = mirror.associations.next(cursor) else {
                    mirror.associations.closeCursor(cursor)
                    lookup.transforms.append(search)
                    return go(on: lookup)
                }
                search.look(at: association)
            }
            phase = .associations(lookup, search, cursor)
        case .done: break
        }
    }

    /// Gives cursors back; for one that is given up.
    package mutating func close(_ mirror: inout Mirror) {
        switch phase {
        case .policies(_, let cursor?): mirror.policies.closeCursor(cursor)
        case .associations(_, _, let cursor?): mirror.associations.closeCursor(cursor)
        case .policies, .associations, .done: break
        }
        phase = .done
    }

    private mutating func beginLookup() {
        guard let direction = directions.popFirst() else { return phase = .done }
        phase = .policies(PolicySearch(direction, of: flow), nil)
    }

    /// Looks for the next transform's SA, unless a packet that leaves lacks one by now.
    private mutating func go(on lookup: Lookup) {
        let transforms = lookup.policies.best?.transforms ?? []
        let next = lookup.transforms.count
        guard next < transforms.count, !(lookup.isOutbound && lookup.isStopped), let policy = lookup.policies.best
        else {
            lookups.append(lookup)
            return beginLookup()
        }
        let demand = AssociationDemand(
            transforms[next], of: policy, for: flow, outbound: lookup.isOutbound,
            between: lookup.ends ?? (flow.source, flow.destination))
        phase = .associations(lookup, AssociationSearch(demand), nil)
    }
}

extension Explanation.Lookup {
    /// Whether a transform that must be has no SA.
    var isStopped: Bool { transforms.contains { $0.best == nil && $0.demand.transform.level != .use } }

    /// From where to where the packet goes by now: the ends of the SA that it has been through last.
    fileprivate var ends: (source: IPAddress, destination: IPAddress)? {
        guard isOutbound else { return nil }
        return transforms.last { $0.best != nil }.flatMap { search in
            search.demand.source.map { ($0, search.demand.destination) }
        }
    }
}

extension SecurityPolicy {
    /// What packets have to go through; nothing where they pass in clear or not at all.
    var transforms: [Transform] { if case .protect(let transforms) = action { transforms } else { [] } }
}
