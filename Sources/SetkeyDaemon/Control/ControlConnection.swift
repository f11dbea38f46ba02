import ControlProtocol
import Glibc
import KernelBackends

/// One client: its frames come in one after the other, and the next is carried out when the former has been answered.
/// Only the next part of a run is handed on while the one before it is under way.
final class ControlConnection {
    let id: ClientID
    /// Whose places and memory it takes.
    let user: ClientUser
    private let limits: ConnectionLimits
    private unowned let server: ControlServer
    private let descriptor: FileDescriptor
    private var watch: SocketWatch?

    private var reader: FrameReader
    private var output = OutputQueue()
    /// The calls that are being carried out; the first one is answered first.
    private var running: [RunningCall] = []
    /// What was read before the calls before it have been answered, and is not to be carried out yet.
    private var readAhead: ReadFrame?
    /// Whether the client has shut down its sending side.
    private var inputEnded = false
    /// Why the connection ends once its output is written.
    private var ending: DisconnectReason?
    private var isClosed = false
    /// Whether the client must be told to be drained, once it is.
    private var awaitsDrain = false
    private var isAdvancing = false
    /// Whether it waits for a turn to have its frames taken.
    private var awaitsTurn = false
    /// Whether there is output that nobody has tried to write.
    private var awaitsWriting = false
    private var patience = Patience()
    /// Bytes that the server counts as held for this connection.
    private(set) var heldBytes = 0 {
        didSet { if heldBytes != oldValue { server.hold(heldBytes - oldValue, for: user) } }
    }

    init(_ id: ClientID, of user: ClientUser, descriptor: FileDescriptor, server: ControlServer) {
        self.id = id
        self.user = user
        self.descriptor = descriptor
        self.server = server
        limits = ConnectionLimits(server.limits, for: user)
        reader = FrameReader(maximumFrame: limits.frameBytes)
        watch = server.poll.watch(
            descriptor, readable: { [weak self] in self?.readable() }, writable: { [weak self] in self?.writable() },
            hungUp: { [weak self] in self?.close(.left) }, failed: { [weak self] in self?.close(.failed(errno: $0)) })
        settle()
    }

    /// Bytes of replies that wait.
    var queuedBytes: Int { output.count }
    /// When the client's time runs out, if something is due from it.
    var deadline: ContinuousClock.Instant? { patience.deadline }
}

// MARK: - What comes in

extension ControlConnection {
    private var wantsInput: Bool { !isClosed && !inputEnded && ending == nil && !reader.isFull }

    private func readable() {
        for _ in 0..<limits.readsPerTurn where wantsInput {
            switch descriptor.receive(into: &server.scratch) {
            case .bytes(let count):
                reader.append(server.scratch[..<count])
                server.scratch.overwriteWithZeros(first: count)
                patience.noteActivity()
                advance()
            case .wouldBlock: return
            case .end, .failed(errno: ECONNRESET): end()
            case .failed(let errno): close(.failed(errno: errno))
            }
        }
        settle()
    }

    /// The client sends no more. It may still read: `nc` and the like close one side first.
    private func end() {
        inputEnded = true
        if let call = running.first, !call.oneway, descriptor.isHungUp { close(.left) } else { advance() }
    }

    /// Takes frames if nothing else is to be done first: those of the privileged now, those of others at their users' turns.
    private func advance() {
        guard !isAdvancing, !isClosed else { return }
        if user.isPrivileged { takeFrames() } else { askTurn() }
        settle()
    }

    /// Waits for a turn, if there may be a frame to take.
    private func askTurn() {
        guard mayTakeFrame, !awaitsTurn, reader.bufferedCount > 0 || readAhead != nil || inputEnded else { return }
        awaitsTurn = true
        server.wantsTurn(self)
    }

    /// The turn has come that ``ControlServer/wantsTurn(_:)`` was asked for.
    func turnCame() {
        awaitsTurn = false
        guard !isClosed else { return }
        takeFrames()
        settle()
    }

    private func takeFrames() {
        isAdvancing = true
        defer { isAdvancing = false }
        for _ in 0..<limits.framesPerTurn where mayTakeFrame {
            do throws(FrameError) {
                var frame = readAhead.take()
                if frame == nil { frame = try reader.next().map(ReadFrame.init) }
                guard let frame else {
                    // Parts that are read ahead wait for one that does not come.
                    if inputEnded, running.last?.isAhead ?? true { finish(.left) }
                    return
                }
                take(frame)
            } catch {
                take(ReadFrame(error))
            }
        }
        askTurn()
    }

    private var mayTakeFrame: Bool {
        guard !isClosed, ending == nil, output.count < server.limits.lowWaterBytes else { return false }
        guard let last = running.last else { return true }
        return last.isUnfinishedRun && running.count <= last.runningLimit && readAhead == nil
    }

    private func take(_ frame: ReadFrame) {
        patience.relax()
        guard running.isEmpty || frame.isExecute else {
            // Behind parts that are read ahead it would wait for ever, and they for the next one.
            if running.last?.isAhead == true { return reject(frame.error ?? .behindPartsAhead) }
            return readAhead = frame
        }
        switch frame.content {
        case .success(.call(let call)):
            running.append(RunningCall(call))
            server.delegate?.called(id, call)
        case .success(.service(let call, let oneway)):
            guard !oneway else { return }
            queue { bytes throws(FrameError) in try call.appendAnswer(server.info, to: &bytes) }
        case .failure(.malformed(let error)): reject(error)
        case .failure(.refused(let error, let oneway)): if !oneway { queue(error.appendFrame(to:)) }
        }
    }

    /// Whoever sends such a frame does not speak the protocol: what follows it would be noise too.
    private func reject(_ error: FrameError) {
        queue(ControlError.malformedCall(reason: error.description).appendFrame(to:))
        finish(.malformed(error))
    }
}

extension FrameError {
    fileprivate static let behindPartsAhead = FrameError.malformed(
        reason: "behind parts with 'ahead' comes the next part of their run")
}

// MARK: - What goes out

extension ControlConnection {
    /// Answers the oldest running call.
    func reply(_ reply: Reply, continues: Bool) {
        guard !running.isEmpty else { return }
        if running[0].more {
            queue { bytes throws(FrameError) in try reply.appendFrame(continues: continues, to: &bytes) }
        } else if !running[0].oneway {
            switch running[0].gather(reply, isLast: !continues, limit: limits.gatheredBytes) {
            case .tooLong: queue(ServiceError.expectedMore.appendFrame(to:))
            case .whole(let whole): queue { bytes throws(FrameError) in try whole.appendFrame(to: &bytes) }
            case nil: break
            }
        }
        if continues { return settle() }
        // Writing may have closed the connection.
        running = Array(running.dropFirst())
        advance()
    }

    /// Answers the running call with a part that has been encoded already; it is written with what else comes in this
    /// turn.
    func reply(encoded frame: [UInt8]) {
        guard running.first?.more == true, !isClosed else { return }
        append { bytes throws(FrameError) in bytes += frame }
        guard !isClosed, !awaitsWriting else { return }
        awaitsWriting = true
        server.wantsWriting(self)
    }

    /// Writes what ``reply(encoded:)`` has left.
    func writeWaiting() {
        awaitsWriting = false
        guard !isClosed else { return }
        write()
        settle()
    }

    /// Answers the oldest running call with an error.
    func fail(_ error: ControlError) {
        guard !running.isEmpty else { return }
        let call = running.removeFirst()
        if !call.oneway, !call.isRefused { queue(error.appendFrame(to:)) }
        advance()
    }

    /// Appends a frame and writes what the socket takes.
    private func queue(_ frame: (inout [UInt8]) throws(FrameError) -> Void) {
        append(frame)
        if !isClosed { write() }
    }

    private func append(_ frame: (inout [UInt8]) throws(FrameError) -> Void) {
        guard !isClosed else { return }
        guard output.count <= server.limits.queueBytes else { return close(.queueOverflow(bytes: output.count)) }
        do throws(FrameError) {
            try output.append(frame)
        } catch {
            return close(.malformed(error))
        }
        if output.count >= server.limits.lowWaterBytes { awaitsDrain = true }
        countHeldBytes()
    }

    private func write() {
        let before = output.count
        let result = output.write(to: descriptor)
        if output.count < before { patience.noteActivity() }
        switch result {
        case .bytes: watch?.writes = false
        case .wouldBlock: watch?.writes = true
        case .end, .failed(errno: EPIPE), .failed(errno: ECONNRESET): close(.left)
        case .failed(let errno): close(.failed(errno: errno))
        }
    }

    private func writable() {
        write()
        guard !isClosed, output.count < server.limits.lowWaterBytes else { return settle() }
        if awaitsDrain {
            awaitsDrain = false
            if !running.isEmpty { server.delegate?.drained(id) }
        }
        advance()
    }
}

// MARK: - The end

extension ControlConnection {
    /// Closes the connection when its output is written.
    func finish(_ reason: DisconnectReason) {
        guard !isClosed, ending == nil else { return }
        ending = reason
        patience.relax()
        settle()
    }

    /// Closes the connection now.
    func close(_ reason: DisconnectReason) {
        guard !isClosed else { return }
        isClosed = true
        running = []
        readAhead = nil
        patience.relax()
        watch?.cancel()
        watch = nil
        reader = FrameReader(maximumFrame: 0)
        output = OutputQueue()
        countHeldBytes()
        server.forget(self, reason: reason)
    }

    /// Closes the connection if its time has run out.
    func check(at now: ContinuousClock.Instant) {
        guard let duty = patience.overdue(at: now) else { return }
        close(DisconnectReason(overdue: duty, queuedBytes: output.count))
    }

    /// Brings what is watched, deadline and what is counted into line with the state; the last act of every event.
    private func settle() {
        guard !isClosed else { return }
        if let ending, output.isEmpty { return close(ending) }
        watch?.reads = wantsInput
        // Nobody else finds out that a caller who sends no more has gone. What was called one way is done all the same.
        watch?.hearsHangUp = inputEnded && running.first.map { !$0.oneway } ?? false
        if ending != nil {
            patience.expect(.lastReply, within: server.limits.patience)
        } else if running.isEmpty, reader.bufferedCount > 0, mayTakeFrame {
            patience.expect(.frame, within: server.limits.patience)
        } else if !user.isPrivileged, running.isEmpty || !output.isEmpty {
            patience.expect(.activity, within: server.limits.idlePatience)
        } else {
            patience.relax()
        }
        if let deadline { server.watch(until: deadline) }
        countHeldBytes()
    }

    /// Tells the server of what is held for this client, if that has changed.
    private func countHeldBytes() {
        let held = reader.bufferedCount + (readAhead?.byteCount ?? 0) + (running.first?.gatheredBytes ?? 0)
        heldBytes = isClosed ? 0 : output.count + held
    }
}
