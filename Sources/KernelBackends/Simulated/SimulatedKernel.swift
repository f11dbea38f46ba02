internal import Glibc
package import IPsec

/// PF_KEY and XFRM netlink at the wire, without a kernel: datagrams in, datagrams out, and a clock that is an argument.
///
/// It answers as Linux does (kernel-facts, xfrm-facts): the same errnos, broadcasts, larval states, lifetimes, dumps and
/// losses, at both doors of one pair of tables. The table of `KernelScenarios` holds it against the real one. It protects
/// no packet.
///
/// Not imitated: MIGRATE (answered as by a kernel built without it), security contexts (accepted and not kept, as
/// without an LSM that wants them), SAs of other protocols than AH, ESP and IPComp, NAT-T mappings that change.
package struct SimulatedKernel: Sendable {
    /// Names an open socket.
    package struct SocketID: RawRepresentable, Hashable, Sendable {
        package let rawValue: Int

        package init(rawValue: Int) {
            self.rawValue = rawValue
        }
    }

    /// Seconds that a larval SA lives (`net.core.xfrm_acq_expires`).
    static let larvalSeconds: UInt64 = 30
    /// The largest message that a socket takes, and 32 (`SO_SNDBUF`).
    private static let sendLimit = 212_992

    /// The receive buffer's limit of a socket for which nobody sets another.
    package static let defaultReceiveLimit = SimulatedSocket.defaultReceiveLimit

    /// Which kernel it imitates.
    package let release: Release
    /// What goes wrong; asked for each request.
    package var faultSource: (any FaultSource)?

    /// The last moment that it was told.
    var now: Instant
    var sockets: [SimulatedSocket] = []
    var associations = SimulatedSAD()
    var policies = SimulatedSPD()
    /// From which prefix lengths on policies are found by a hash.
    var hashThresholds = ordinaryThresholds
    /// The directions in which packets that no policy matches are dropped.
    package internal(set) var blockedDirections: Set<Direction> = []
    /// Whether it is locked down for confidentiality, and XFRM tells zeros for keys (xfrm-facts 3.1).
    package var isLockedDown = false
    var timers = TimerQueue<TimerOwner>()
    /// The sequence number of the last ACQUIRE.
    var acquireSequence: UInt32 = 0
    /// What free SPIs are drawn with.
    var random: SeededRandom
    /// What goes wrong with the request that is being worked on.
    var fault: RequestFault?
    private var lastSocket = 0

    /// An empty kernel.
    ///
    /// - Parameter seed: what SPIs are drawn from.
    package init(release: Release = .linux6_1, startingAt now: Instant, seed: UInt64 = 1) {
        self.release = release
        self.now = now
        random = SeededRandom(seed: seed)
    }

    /// How many SAs there are, larval ones included.
    package var associationCount: Int { associations.count }
    /// How many policies there are, per-socket ones included.
    package var policyCount: Int { policies.count }

    // MARK: Sockets

    /// Opens a PF_KEY socket.
    package mutating func open() -> SocketID {
        lastSocket += 1
        let id = SocketID(rawValue: lastSocket)
        sockets.append(SimulatedSocket(id: id))
        return id
    }

    /// Closes a socket; what it has not received is gone, its registrations and its dump, too.
    package mutating func close(_ socket: SocketID) {
        sockets.removeAll { $0.id == socket }
    }

    /// Sets the receive buffer's limit in bytes, as `SO_MEMINFO` then tells it: the kernel doubles what it is asked for.
    package mutating func setReceiveLimit(_ byteCount: Int, of socket: SocketID) {
        guard let index = index(of: socket) else { return }
        sockets[index].receiveLimit = byteCount
    }

    /// What `SO_MEMINFO` tells first: what the queued messages cost, and the limit.
    package func memory(of socket: SocketID) -> (allocated: Int, limit: Int) {
        guard let index = index(of: socket) else { return (0, 0) }
        return (sockets[index].allocated, sockets[index].receiveLimit)
    }

    /// What `recv(2)` gives: the next message; `nil` when there is none. A dump that waits for room goes on here.
    package mutating func receive(on socket: SocketID) -> [UInt8]? {
        guard let index = index(of: socket), let next = sockets[index].dequeue() else { return nil }
        if sockets[index].dump != nil, sockets[index].mayResumeDump { _ = continueDump(ofSocketAt: index) }
        if sockets[index].netlink?.dump != nil, let errno = continueXFRMDump(ofSocketAt: index) {
            sockets[index].netlink?.failure = errno
        }
        sockets[index].release(next.cost)
        return next.bytes
    }

    /// What `send(2)` does: answers and broadcasts are queued when it returns.
    ///
    /// - Returns: the errno that `send` itself fails with; there is no message then.
    package mutating func send(_ datagram: [UInt8], from socket: SocketID, at now: Instant) -> KernelErrno? {
        advance(to: now)
        guard let index = index(of: socket) else { return KernelErrno(rawValue: EBADF) }
        if sockets[index].netlink != nil { return sendNetlink(datagram, fromSocketAt: index) }
        do throws(KernelErrno) {
            let request = try ReceivedRequest(datagram, sendLimit: Self.sendLimit)
            fault = faultSource?.fault(on: request.header.type, from: socket)
            defer { fault = nil }
            if let errno = fault?.sendFailure { throw errno }
            process(request, fromSocketAt: index)
            return nil
        } catch {
            return error
        }
    }

    func index(of socket: SocketID) -> Int? { sockets.firstIndex { $0.id == socket } }

    // MARK: Requests

    private mutating func process(_ request: ReceivedRequest, fromSocketAt index: Int) {
        deliver(request.bytes, to: .promiscuous)
        do throws(KernelErrno) {
            if let errno = fault?.refusal { throw errno }
            let message = try request.parse()
            try handle(request, message, fromSocketAt: index)
        } catch {
            deliver(request.bareAnswer(error), to: .one(sockets[index].id))
        }
    }

    private mutating func handle(
        _ request: ReceivedRequest, _ message: PFKeyDatagram, fromSocketAt index: Int
    ) throws(KernelErrno) {
        let requester = sockets[index].id
        switch message.header.type {
        case .getSPI: try reserveSPI(message, for: requester)
        case .add: try add(message)
        case .update: try update(message)
        case .delete: try delete(message)
        case .get: try get(message, for: requester)
        case .acquire: try refuseAcquire(request)
        case .register: try register(message, socketAt: index)
        case .flush: try flush(request, for: requester)
        case .dump, .spdDump: try startDump(message, ofSocketAt: index)
        case .promiscuous: try setPromiscuous(request, socketAt: index)
        case .spdAdd, .spdSetIndex: try insertPolicy(message, replacing: false)
        case .spdUpdate: try insertPolicy(message, replacing: true)
        case .spdDelete: try deletePolicy(message)
        case .spdGet: try getPolicy(message, for: requester)
        case .spdDeleteByIndex: try deletePolicyByIndex(message)
        case .spdFlush: flushPolicies(request, for: requester)
        case .migrate: throw .protocolOptionUnavailable
        default: throw .operationUnsupported
        }
    }
}
