import IPsec

/// When policies with a lifetime should be gone: through PF_KEY the kernel does not tell (kernel-facts 0.4).
///
/// A heap by deadline that knows the place of each policy: what is done for one event takes logarithmic time.
struct PolicyExpiries: Sendable {
    private struct Expiry: Sendable {
        /// Wall-clock seconds.
        var deadline: Int
        let identity: PolicyIdentity
    }

    /// No parent is due after its children; those of the one at `n` are at `2n + 1` and `2n + 2`.
    private var heap: [Expiry] = []
    private var places: [PolicyIdentity: Int] = [:]

    /// The earliest deadline.
    var earliest: Int? { heap.first?.deadline }

    /// Takes over what a message tells.
    ///
    /// - Returns: whether it tells of a policy with a lifetime.
    mutating func note(_ content: KernelEvent.Content) -> Bool {
        switch content {
        case .policy(.deleted, let policy): forget(policy.identity)
        case .policy(_, let policy), .dumpedPolicy(let policy, _):
            if policy.limits.hard != .zero {
                note(policy)
                return true
            }
            forget(policy.identity)
        default: break
        }
        return false
    }

    /// Takes the limits of a policy over; one second is added because the kernel counts whole ones.
    mutating func note(_ policy: SecurityPolicy) {
        if let end = policy.end { set(Int(clamping: end), of: policy.identity) } else { forget(policy.identity) }
    }

    mutating func forget(_ identity: PolicyIdentity) {
        guard let place = places[identity] else { return }
        let last = heap.count - 1
        swap(place, last)
        heap.removeLast()
        places[identity] = nil
        if place < last { settle(place) }
    }

    /// A policy whose deadline is over; it is asked for again only after `patience` more seconds.
    mutating func due(at seconds: Int, patience: Int) -> PolicyIdentity? {
        guard let first = heap.first, first.deadline < seconds else { return nil }
        set(seconds + patience, of: first.identity)
        return first.identity
    }

    private mutating func set(_ deadline: Int, of identity: PolicyIdentity) {
        let place = places[identity] ?? heap.count
        if place == heap.count {
            heap.append(Expiry(deadline: deadline, identity: identity))
            places[identity] = place
        } else {
            heap[place].deadline = deadline
        }
        settle(place)
    }

    // MARK: The heap

    /// Brings the one at `start` to where it belongs.
    private mutating func settle(_ start: Int) {
        var place = start
        while place > 0, heap[place].deadline < heap[(place - 1) / 2].deadline {
            swap(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
        while true {
            var first = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
                if heap[child].deadline < heap[first].deadline { first = child }
            }
            guard first != place else { return }
            swap(place, first)
            place = first
        }
    }

    private mutating func swap(_ a: Int, _ b: Int) {
        heap.swapAt(a, b)
        places[heap[a].identity] = a
        places[heap[b].identity] = b
    }
}
