package import ControlProtocol
import Glibc

/// The control socket: accepts clients, cuts and decodes their calls, queues what they are answered.
///
/// It decides nothing about IPsec: calls of `org.setkeyd` go to the delegate; calls of `org.varlink.service`, and what
/// is no call at all, are answered here. Each client has one call at a time, a bounded input and a bounded output, so
/// that none can hold memory or the loop against the others.
package final class ControlServer {
    package let limits: ControlServerLimits
    package weak var delegate: (any ControlServerDelegate)?

    let info: ServiceInfo
    /// Where every connection reads to before its reader takes the bytes.
    var scratch = [UInt8](repeating: 0, count: 1 << 16)

    private var connections: [ClientID: ControlConnection] = [:]
    private var lastID: UInt32 = 0
    private var listeners: [Listener] = []
    private var isTurningAway = false
    /// One timer for everything that clients must do in time.
    private var patienceTimer: MainQueueTimer?
    private var isWatching = false
    private var acceptTimer: MainQueueTimer?

    /// A socket that is listened on.
    private struct Listener {
        let socket: ListeningSocket
        let source: MainQueueSource
    }

    package init(version: String, limits: ControlServerLimits = ControlServerLimits()) {
        info = ServiceInfo(version: version)
        self.limits = limits
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

    /// Disconnects `client` when it has its replies, or its time is up.
    package func close(_ client: ClientID, reason: String) {
        connections[client]?.finish(.closed(reason))
    }
}

// MARK: - Coming and going

extension ControlServer {
    /// Connections accepted in one turn of the loop.
    private static let acceptsPerTurn = 64

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

    private func admit(_ descriptor: FileDescriptor, _ peer: Peer) {
        guard connections.count < limits.clients else { return turnAway(descriptor) }
        lastID &+= 1
        let id = ClientID(rawValue: lastID)
        connections[id] = ControlConnection(id, descriptor: descriptor, server: self)
        delegate?.connected(id, peer: peer)
    }

    /// Says why, if the socket takes it at once, and closes.
    private func turnAway(_ descriptor: FileDescriptor) {
        var frame: [UInt8] = []
        let error = ControlError.busy(reason: "\(limits.clients) clients are connected; try again later")
        if (try? error.appendFrame(to: &frame)) != nil { _ = descriptor.send(frame[...]) }
        if !isTurningAway { delegate?.log(.tooManyClients(limit: limits.clients)) }
        isTurningAway = true
    }

    /// `connection` has closed itself.
    func forget(_ connection: ControlConnection, reason: DisconnectReason) {
        guard connections.removeValue(forKey: connection.id) != nil else { return }
        // Not at the first free place: a crowd that comes and goes would fill the log.
        if connections.count <= limits.clients / 2 { isTurningAway = false }
        delegate?.disconnected(connection.id, reason: reason)
    }
}

// MARK: - Patience

extension ControlServer {
    /// A client has something to do in time: looks at everybody when the first time is up.
    func watch() {
        guard !isWatching else { return }
        isWatching = true
        patienceTimer?.schedule(after: limits.patience)
    }

    private func checkPatience() {
        isWatching = false
        let now = ContinuousClock.now
        for connection in connections.values { connection.check(at: now) }
        guard let next = connections.values.compactMap(\.deadline).min() else { return }
        isWatching = true
        patienceTimer?.schedule(after: max(.milliseconds(1), next - now))
    }
}
