import IPsec

/// SAs that an event spoke of without telling their state; each is read again once.
struct Refreshes: Sendable {
    private var queue: [SAReference] = []
    private var head = 0
    private var waiting: Set<SAIdentity> = []

    var isEmpty: Bool { head == queue.count }

    mutating func append(_ reference: SAReference) {
        if waiting.insert(reference.identity).inserted { queue.append(reference) }
    }

    mutating func next() -> SAReference? {
        guard head < queue.count else { return nil }
        let reference = queue[head]
        head += 1
        waiting.remove(reference.identity)
        if head == queue.count {
            queue.removeAll(keepingCapacity: true)
            head = 0
        }
        return reference
    }
}
