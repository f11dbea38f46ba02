package import ControlProtocol
import Glibc
import SetkeyCore

/// The control socket: accepts clients, cuts and decodes their calls, queues what they are answered.
///
/// It decides nothing about IPsec: calls of `org.setkeyd` go to the delegate; calls of `org.varlink.service`, and what
/// is no call at all, are answered here. Each client has one call at a time, a bounded input and a bounded output, each
/// user a share of places and memory, and users who are not privileged have their calls taken in turns: nobody can hold
/// memory or the loop against the others, and nothing of all that against the privileged.
package final class ControlServer {
    /// What clients may take, each and together.
    package let limits: ControlServerLimits
    /// Who is told what clients do; nobody before the start.
    package weak var delegate: (any ControlServerDelegate)?

    let info: ServiceInfo
    /// Where every connection reads to before its reader takes the bytes.
    var scratch = [UInt8](repeating: 0, count: 1 << 16)

    private var connections: [ClientID: ControlConnection] = [:]
    /// Whose these are.
    private var processes: [ClientID: Int32] = [:]
    private var shares: ClientShares
    private var lastID: UInt32 = 0
    private var listeners: [Listener] = []
    /// Connections that wait for a turn to have their frames taken.
    private var privilegedTurns = ClientTurns()
    private var turns = ClientTurns()
    private var isTurnAsked = false
    /// Connections with output that was queued in this turn.
    private var waitingForWriting: [ControlConnection] = []
    /// One timer for everything that clients must do in time, and the moment that it is set to.
    private var patienceTimer: MainQueueTimer?
    private var watchedUntil: ContinuousClock.Instant?
    private var acceptTimer: MainQueueTimer?

    /// Watches the clients.
    let poll = SocketPoll()

    /// A socket that is listened on.
    private struct Listener {
        let socket: ListeningSocket
        let source: MainQueueSource
    }

    package init(version: String, limits: ControlServerLimits = ControlServerLimits()) {
        info = ServiceInfo(version: version)
        self.limits = limits
        shares = ClientShares(limits)
        patienceTimer = MainQueueTimer { [weak self] in self?.checkPatience() }
        acceptTimer = MainQueueTimer { [weak self] in self?.setAccepting(true) }
    }

    /// Clients that are connected.
    package var clientCount: Int { connections.count }

    /// Begins to accept clients on `socket`.
    package func listen(on socket: ListeningSocket) {
        let source = MainQueueSource.reading(socket.descriptor) { [weak self] in self?.accept(on: socket) }
        listeners.append(Listener(socket: socket, source: source))
        source.resume()
    }

    /// Closes the socket, removes its path and disconnects everybody.
    package func stop() {
        for listener in listeners {
            listener.source.cancel()
            listener.socket.removePath()
        }
        listeners = []
        patienceTimer?.cancel()
        acceptTimer?.cancel()
        for connection in connections.values { connection.close(.closed("the daemon is stopping")) }
    }
}

// MARK: - Answers

extension ControlServer {
    /// Queues `reply` to the call of `client` that is running; nothing if there is none any more.
    ///
    /// Parts of an answer have `continues` set, the last one has not. A caller who did not ask for `more` gets one
    /// reply with all of them, and one who asked for no answer gets none: that is done here.
    package func reply(_ reply: Reply, to client: ClientID, continues: Bool = false) {
        connections[client]?.reply(reply, continues: continues)
    }

    /// Queues one part of an answer to the calls of all these clients; it is encoded once.
    ///
    /// A caller who did not ask for `more` gets nothing of it: such calls are refused when they come.
    package func reply(_ reply: Reply, toAll clients: [ClientID]) {
        var frame: [UInt8] = []
        guard (try? reply.appendFrame(continues: true, to: &frame)) != nil else { return }
        for client in clients { connections[client]?.reply(encoded: frame) }
    }

    /// Ends the call of `client` that is running with `error`.
    package func fail(_ client: ClientID, with error: ControlError) {
        connections[client]?.fail(error)
    }

    /// Bytes of replies that wait for `client` to read; 0 for one that is gone.
    package func queuedBytes(_ client: ClientID) -> Int {
        connections[client]?.queuedBytes ?? 0
    }
}

// MARK: - Coming and going

extension ControlServer {
    /// Connections accepted in one turn of the loop, from one socket: those who connect without end are not all that it has
    /// to do.
    private static let acceptsPerTurn = 8

    private func accept(on socket: ListeningSocket) {
        for _ in 0..<Self.acceptsPerTurn {
            switch socket.accept() {
            case .accepted(let descriptor, let peer): admit(descriptor, peer)
            case .none: return
            case .failed(let errno):
                delegate?.log(.acceptFailed(errno: errno))
                // The client still waits in the backlog, so the source would fire for ever.
                setAccepting(false)
                acceptTimer?.schedule(after: limits.acceptPause)
                return
            }
        }
    }

    private func setAccepting(_ isAccepting: Bool) {
        for listener in listeners {
            if isAccepting { listener.source.resume() } else { listener.source.suspend() }
        }
    }

    /// Serves a client that has connected, if there is a place for it.
    func admit(_ descriptor: FileDescriptor, _ peer: Peer) {
        let user = ClientUser(peer)
        let isNewcomer = !processes.values.contains(peer.pid)
        if let refusal = shares.admit(user, isNewcomer: isNewcomer) { return turnAway(descriptor, refusal) }
        lastID &+= 1
        let id = ClientID(rawValue: lastID)
        processes[id] = peer.pid
        connections[id] = ControlConnection(id, of: user, descriptor: descriptor, server: self)
        delegate?.connected(id, peer: peer)
    }

    /// Says why, if the socket takes it at once, and closes.
    private func turnAway(_ descriptor: FileDescriptor, _ refusal: ClientShares.Refusal) {
        let (reason, notice): (String, ControlServerNotice) =
            switch refusal {
            case .full(let limit):
                ("\(limit) clients are connected; try again later", .tooManyClients(limit: limit))
            case .share(let uid, let limit):
                (
                    "uid \(uid) has \(limit) connections, the most that one user may have; close one",
                    .userHasShare(uid: uid, limit: limit)
                )
            }
        var frame: [UInt8] = []
        if (try? ControlError.busy(reason: reason).appendFrame(to: &frame)) != nil { _ = descriptor.send(frame[...]) }
        delegate?.log(notice)
    }

    /// `connection` has closed itself.
    func forget(_ connection: ControlConnection, reason: DisconnectReason) {
        guard connections.removeValue(forKey: connection.id) != nil else { return }
        processes[connection.id] = nil
        shares.leave(connection.user)
        turns.remove(connection.id)
        privilegedTurns.remove(connection.id)
        delegate?.disconnected(connection.id, reason: reason)
    }
}

// MARK: - Turns

extension ControlServer {
    /// Lets `connection` take frames when it is its turn: the privileged first, then by user and by connection.
    func wantsTurn(_ connection: ControlConnection) {
        switch connection.user {
        case .privileged: privilegedTurns.append(connection.id, of: 0)
        case .other(let uid): turns.append(connection.id, of: uid)
        }
        askTurn()
    }

    private func askTurn() {
        guard !isTurnAsked else { return }
        isTurnAsked = true
        onNextTurn { [weak self] in self?.giveTurns() }
    }

    /// Lets every privileged connection that waits have its turn, and of the others as many as the budget allows.
    private func giveTurns() {
        isTurnAsked = false
        for _ in 0..<privilegedTurns.count {
            if let client = privilegedTurns.next() { connections[client]?.turnCame() }
        }
        let end = ContinuousClock.now + limits.turnBudget
        repeat {
            guard let client = turns.next() else { break }
            connections[client]?.turnCame()
        } while ContinuousClock.now < end
        if !turns.isEmpty || !privilegedTurns.isEmpty { askTurn() }
    }

    /// Lets `connection` write what was queued for it, with what else comes until the next turn.
    func wantsWriting(_ connection: ControlConnection) {
        waitingForWriting.append(connection)
        guard waitingForWriting.count == 1 else { return }
        onNextTurn { [weak self] in
            guard let self else { return }
            let connections = waitingForWriting
            waitingForWriting = []
            for connection in connections { connection.writeWaiting() }
        }
    }
}

// MARK: - Memory

extension ControlServer {
    /// Notes that `difference` more bytes are held for a connection of `user`; over a budget, the connection goes that
    /// holds most.
    func hold(_ difference: Int, for user: ClientUser) {
        guard let overdrawn = shares.hold(difference, for: user) else { return }
        let theirs = connections.values.filter { $0.user == overdrawn }
        guard let largest = theirs.max(by: { $0.heldBytes < $1.heldBytes }), largest.heldBytes > 0 else { return }
        largest.close(.overBudget(bytes: largest.heldBytes))
    }
}

// MARK: - Patience

extension ControlServer {
    /// A client has something to do until `deadline`.
    func watch(until deadline: ContinuousClock.Instant) {
        if let watchedUntil, watchedUntil <= deadline { return }
        watchedUntil = deadline
        patienceTimer?.schedule(after: max(.milliseconds(1), deadline - .now))
    }

    /// Disconnects the clients whose time has run out at `now`; the timer calls it in time.
    func checkPatience(at now: ContinuousClock.Instant = .now) {
        watchedUntil = nil
        for connection in connections.values { connection.check(at: now) }
        if let next = connections.values.compactMap(\.deadline).min() { watch(until: next) }
    }
}
