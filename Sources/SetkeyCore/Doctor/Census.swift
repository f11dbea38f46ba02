import IPsec

/// Collects the kernel's entries from the mirror, the oldest first, a part at a time.
struct Census: EntryWalk {
    private enum Phase: Sendable {
        case associations(EntryTable<SecurityAssociation>.CursorID?)
        case policies(EntryTable<SecurityPolicy>.CursorID?)
        case done
    }

    private var phase = Phase.associations(nil)
    private(set) var associations: [SecurityAssociation] = []
    /// Those of sockets are left out: they come and go with programs.
    private(set) var policies: [SecurityPolicy] = []
    /// Whether policies of sockets want SAs, too.
    private(set) var hasSocketDemands = false

    var isDone: Bool { if case .done = phase { true } else { false } }

    /// Looks at up to `count` more entries.
    mutating func advance(_ mirror: inout Mirror, count: Int) {
        switch phase {
        case .associations(let cursor):
            let cursor = cursor ?? mirror.associations.openCursor(at: .oldest)
            phase = .associations(cursor)
            for _ in 0..<count {
                guard let association = mirror.associations.next(cursor) else {
                    mirror.associations.closeCursor(cursor)
                    return phase = .policies(nil)
                }
                associations.append(association)
            }
        case .policies(let cursor):
            let cursor = cursor ?? mirror.policies.openCursor(at: .oldest)
            phase = .policies(cursor)
            for _ in 0..<count {
                guard let policy = mirror.policies.next(cursor) else {
                    mirror.policies.closeCursor(cursor)
                    return phase = .done
                }
                if policy.identity.direction.isPerSocket {
                    hasSocketDemands = hasSocketDemands || !policy.transforms.isEmpty
                } else {
                    policies.append(policy)
                }
            }
        case .done: break
        }
    }

    /// Takes what has been collected since this was done last.
    mutating func take() -> (associations: [SecurityAssociation], policies: [SecurityPolicy]) {
        defer { (associations, policies) = ([], []) }
        return (associations, policies)
    }

    /// Gives the cursor back; for one that is given up.
    mutating func close(_ mirror: inout Mirror) {
        switch phase {
        case .associations(let cursor?): mirror.associations.closeCursor(cursor)
        case .policies(let cursor?): mirror.policies.closeCursor(cursor)
        case .associations, .policies, .done: break
        }
        phase = .done
    }
}
