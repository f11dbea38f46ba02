/// Deadlines in order, with what is due then: a binary heap.
///
/// Timers are not taken out when their owner goes or sets another one; the owner compares what comes out with what it
/// waits for.
struct TimerQueue<Owner: Sendable>: Sendable {
    struct Timer: Sendable {
        let deadline: SimulatedKernel.Instant
        let owner: Owner
    }

    private var heap: [Timer] = []

    /// How many timers there are, forgotten ones included.
    var count: Int { heap.count }

    /// The earliest; `nil` when there is none.
    var first: Timer? { heap.first }

    /// Sets a timer.
    mutating func insert(_ owner: Owner, at deadline: SimulatedKernel.Instant) {
        heap.append(Timer(deadline: deadline, owner: owner))
        var child = heap.count - 1
        while child > 0, case let parent = (child - 1) / 2, heap[child].deadline < heap[parent].deadline {
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the earliest out, if it is due at `now`.
    mutating func popFirst(dueAt now: SimulatedKernel.Instant) -> Timer? {
        guard let first = heap.first, first.deadline <= now, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            sink(from: 0)
        }
        return first
    }

    /// Forgets the timers that `isWanted` does not want.
    mutating func removeAll(unless isWanted: (Timer) -> Bool) {
        heap.removeAll { !isWanted($0) }
        for index in stride(from: heap.count / 2, through: 0, by: -1) { sink(from: index) }
    }

    private mutating func sink(from start: Int) {
        var parent = start
        while case let left = 2 * parent + 1, left < heap.count {
            let right = left + 1
            let child = right < heap.count && heap[right].deadline < heap[left].deadline ? right : left
            guard heap[child].deadline < heap[parent].deadline else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
