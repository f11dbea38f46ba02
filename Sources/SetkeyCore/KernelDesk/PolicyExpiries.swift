import IPsec

/// When policies with a lifetime should be gone: through PF_KEY the kernel does not tell (kernel-facts 0.4).
///
/// Deadlines are of the monotonic clock, as the kernel's timers are: a machine that has slept, or whose wall clock was set,
/// still has a policy whose time seems to be over. A heap by deadline that knows the place of each policy: what is done
/// for one event takes logarithmic time.
struct PolicyExpiries: Sendable {
    private struct Expiry: Sendable {
        let identity: PolicyIdentity
        /// When it should be gone, in seconds since 1970.
        var end: UInt64
        /// When it is asked for.
        var deadline: UInt64
        /// After how many seconds it is asked for again then.
        var pause: UInt64
    }

    private static let firstPause: UInt64 = 2
    private static let longestPause: UInt64 = 60

    /// No parent is due after its children; those of the one at `n` are at `2n + 1` and `2n + 2`.
    private var heap: [Expiry] = []
    private var places: [PolicyIdentity: Int] = [:]

    /// The earliest deadline.
    var earliest: UInt64? { heap.first?.deadline }

    /// Takes over what a message tells.
    ///
    /// - Returns: whether it tells of a policy with a lifetime.
    mutating func note(_ content: KernelEvent.Content, at now: Instant) -> Bool {
        switch content {
        case .policy(.deleted, let policy): forget(policy.identity)
        case .policy(_, let policy), .dumpedPolicy(let policy, _):
            if policy.limits.hard != .zero {
                note(policy, at: now)
                return true
            }
            forget(policy.identity)
        default: break
        }
        return false
    }

    /// Takes the limits of a policy over; one second is added because the kernel counts whole ones. That it is still
    /// there after its end is no reason to ask sooner.
    mutating func note(_ policy: SecurityPolicy, at now: Instant) {
        guard let end = policy.end else { return forget(policy.identity) }
        let place = places[policy.identity] ?? heap.count
        guard place == heap.count || heap[place].end != end else { return }
        let wall = UInt64(clamping: now.seconds)
        let expiry = Expiry(
            identity: policy.identity, end: end, deadline: now.after(seconds: end > wall ? end - wall + 1 : 1),
            pause: Self.firstPause)
        if place == heap.count { heap.append(expiry) } else { heap[place] = expiry }
        places[policy.identity] = place
        settle(place)
    }

    mutating func forget(_ identity: PolicyIdentity) {
        guard let place = places[identity] else { return }
        let last = heap.count - 1
        swap(place, last)
        heap.removeLast()
        places[identity] = nil
        if place < last { settle(place) }
    }

    /// A policy whose deadline is over; if it stays, it is asked for again, at intervals that grow.
    mutating func due(at now: Instant) -> PolicyIdentity? {
        guard let first = heap.first, first.deadline <= now.monotonic else { return nil }
        heap[0].deadline = now.after(seconds: first.pause)
        heap[0].pause = min(first.pause * 2, Self.longestPause)
        settle(0)
        return first.identity
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
