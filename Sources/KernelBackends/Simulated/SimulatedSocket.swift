internal import IPsec

/// One socket as the kernel sees it, of PF_KEY unless it is said to be one of netlink: its receive queue, what it costs, and what is kept per socket.
struct SimulatedSocket: Sendable {
    /// The default `SO_RCVBUF` of Linux (`net.core.rmem_default`).
    static let defaultReceiveLimit = 212_992

    let id: SimulatedKernel.SocketID
    /// One bit for each SA type that the socket has registered for.
    var registrations: UInt16 = 0
    var isPromiscuous = false
    /// The dump that this socket has asked for, while it runs.
    var dump: SimulatedDump?
    /// What makes it a netlink socket; `nil` for one of PF_KEY.
    var netlink: NetlinkEnd?
    /// `SO_RCVBUF` as the kernel counts it.
    var receiveLimit = SimulatedSocket.defaultReceiveLimit

    /// `SO_MEMINFO`'s `rmem_alloc`: what the queued messages cost.
    private(set) var allocated = 0
    private var queue: [Queued] = []
    private var head = 0

    private struct Queued: Sendable {
        let bytes: [UInt8]
        let cost: Int
    }

    init(id: SimulatedKernel.SocketID) {
        self.id = id
    }

    /// Whether EXPIRE and ACQUIRE go here.
    var isRegistered: Bool { registrations != 0 }

    /// Whether a dump may add a record now (kernel-facts 3.1: up to two thirds of the buffer).
    var mayDump: Bool { 3 * allocated <= 2 * receiveLimit }

    /// Whether a dump goes on when a message is received (kernel-facts 3.1: from one third of the buffer down).
    var mayResumeDump: Bool { 3 * allocated <= receiveLimit }

    /// Queues a message; drops it when the buffer is over its limit already: without a word (kernel-facts 3.3), or of
    /// netlink with one, and then everything else until all has been read (xfrm-facts B1.1).
    mutating func enqueue(_ bytes: [UInt8], cost: Int) {
        guard allocated <= receiveLimit, netlink?.isCongested != true else {
            if netlink?.isCongested == false {
                netlink?.isCongested = true
                netlink?.failure = .noBuffers
            }
            return
        }
        queue.append(Queued(bytes: bytes, cost: cost))
        allocated += cost
    }

    /// The next message and what it costs; the cost stays allocated until ``release(_:)``, as in the kernel's recv.
    mutating func dequeue() -> (bytes: [UInt8], cost: Int)? {
        guard head < queue.count else { return nil }
        // Whoever receives a message owns it alone, so that wiping it leaves no copy here.
        var next = Queued(bytes: [], cost: 0)
        swap(&next, &queue[head])
        head += 1
        if head == queue.count {
            queue.removeAll(keepingCapacity: true)
            head = 0
            netlink?.isCongested = false
        } else if head >= 1024, head > queue.count / 2 {
            queue.removeFirst(head)
            head = 0
        }
        return (next.bytes, next.cost)
    }

    /// Gives back what a received message has cost.
    mutating func release(_ cost: Int) {
        allocated -= cost
    }
}
