import ControlProtocol
import Glibc

/// One client: its frames come in one after the other, and the next is looked at when the former has been answered.
final class ControlConnection {
    let id: ClientID
    private unowned let server: ControlServer
    private let descriptor: FileDescriptor
    private var readSource: MainQueueSource?
    private var writeSource: MainQueueSource?

    private var reader: FrameReader
    private var output = OutputQueue()
    private var running: RunningCall?
    /// Whether the client has shut down its sending side.
    private var inputEnded = false
    /// Why the connection ends once its output is written.
    private var ending: DisconnectReason?
    private var isClosed = false
    /// Whether the client must be told to be drained, once it is.
    private var awaitsDrain = false
    private var isAdvancing = false
    private var advancesNextTurn = false

    /// When the client's time runs out, if something is due from it: the rest of a frame, or reading its last reply.
    private(set) var deadline: ContinuousClock.Instant?

    /// Frames taken in one turn of the loop: so much at most is done for one client while others wait.
    private static let framesPerTurn = 16
    /// Reads in one turn, for the same reason.
    private static let readsPerTurn = 4

    init(_ id: ClientID, descriptor: FileDescriptor, server: ControlServer) {
        self.id = id
        self.descriptor = descriptor
        self.server = server
        reader = FrameReader(maximumFrame: server.limits.frameBytes)
        readSource = .reading(descriptor) { [weak self] in self?.readable() }
        writeSource = .writing(descriptor) { [weak self] in self?.writable() }
        readSource?.resume()
    }

    /// Bytes of replies that wait.
    var queuedBytes: Int { output.count }
}

// MARK: - What comes in

extension ControlConnection {
    private var wantsInput: Bool { !isClosed && !inputEnded && ending == nil && !reader.isFull }

    private func readable() {
        for _ in 0..<Self.readsPerTurn where wantsInput {
            switch descriptor.receive(into: &server.scratch) {
            case .bytes(let count):
                reader.append(server.scratch[..<count])
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
        if let running, !running.oneway, descriptor.isHungUp {
            close(.left)
        } else {
            advance()
        }
    }

    /// Takes frames as long as there are any and nothing else is to be done first.
    private func advance() {
        guard !isAdvancing, !isClosed else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        for _ in 0..<Self.framesPerTurn where mayTakeFrame {
            do throws(FrameError) {
                guard let frame = try reader.next() else {
                    if inputEnded { finish(.left) }
                    return settle()
                }
                take(frame)
            } catch {
                reject(error)
            }
        }
        if mayTakeFrame { advanceNextTurn() }
        settle()
    }

    private var mayTakeFrame: Bool {
        !isClosed && running == nil && ending == nil && output.count < server.limits.lowWaterBytes
    }

    private func advanceNextTurn() {
        guard !advancesNextTurn else { return }
        advancesNextTurn = true
        onNextTurn { [weak self] in
            self?.advancesNextTurn = false
            self?.advance()
        }
    }

    private func take(_ bytes: [UInt8]) {
        deadline = nil
        do throws(CallError) {
            switch try IncomingFrame(frame: bytes) {
            case .call(let call):
                running = RunningCall(call)
                server.delegate?.called(id, call)
            case .service(let call, let oneway):
                answer(call, oneway: oneway)
            }
        } catch {
            switch error {
            case .malformed(let error): reject(error)
            case .refused(let error, let oneway): if !oneway { queue(error.appendFrame(to:)) }
            }
        }
    }

    private func answer(_ call: ServiceCall, oneway: Bool) {
        guard !oneway else { return }
        do throws(ServiceError) {
            let reply = try call.reply(server.info)
            queue(reply.appendFrame(to:))
        } catch {
            queue(error.appendFrame(to:))
        }
    }

    /// Whoever sends such a frame does not speak the protocol: what follows it would be noise too.
    private func reject(_ error: FrameError) {
        queue(ControlError.malformedCall(reason: error.description).appendFrame(to:))
        finish(.malformed(error))
    }
}

// MARK: - What goes out

extension ControlConnection {
    /// Answers the running call.
    func reply(_ reply: Reply, continues: Bool) {
        guard var call = running else { return }
        running = continues ? call : nil
        if call.more {
            queue { bytes throws(FrameError) in try reply.appendFrame(continues: continues, to: &bytes) }
        } else if !call.oneway {
            gather(reply, into: &call, isLast: !continues)
            if continues, running != nil { running = call }
        }
        if !continues { advance() }
    }

    /// Answers the running call with a part that has been encoded already.
    func reply(encoded frame: [UInt8]) {
        guard let call = running, call.more else { return }
        queue { bytes throws(FrameError) in bytes += frame }
    }

    /// Puts the parts of an answer together for a caller who wants one.
    private func gather(_ reply: Reply, into call: inout RunningCall, isLast: Bool) {
        if call.gather(reply, limit: server.limits.gatheredBytes) {
            queue(ServiceError.expectedMore.appendFrame(to:))
        } else if isLast, let whole = call.gathered {
            queue { bytes throws(FrameError) in try whole.appendFrame(to: &bytes) }
        }
    }

    /// Answers the running call with an error.
    func fail(_ error: ControlError) {
        guard let call = running else { return }
        running = nil
        if !call.oneway, !call.isRefused { queue(error.appendFrame(to:)) }
        advance()
    }

    /// Appends a frame and writes what the socket takes.
    private func queue(_ frame: (inout [UInt8]) throws(FrameError) -> Void) {
        guard !isClosed else { return }
        guard output.count <= server.limits.queueBytes else { return close(.queueOverflow(bytes: output.count)) }
        do throws(FrameError) {
            try output.append(frame)
        } catch {
            return close(.malformed(error))
        }
        write()
        if output.count >= server.limits.lowWaterBytes { awaitsDrain = true }
    }

    private func write() {
        switch output.write(to: descriptor) {
        case .bytes: writeSource?.suspend()
        case .wouldBlock: writeSource?.resume()
        case .end, .failed(errno: EPIPE), .failed(errno: ECONNRESET): close(.left)
        case .failed(let errno): close(.failed(errno: errno))
        }
    }

    private func writable() {
        write()
        guard !isClosed, output.count < server.limits.lowWaterBytes else { return }
        if awaitsDrain {
            awaitsDrain = false
            if running != nil { server.delegate?.drained(id) }
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
        deadline = nil
        settle()
    }

    /// Closes the connection now.
    func close(_ reason: DisconnectReason) {
        guard !isClosed else { return }
        isClosed = true
        running = nil
        deadline = nil
        readSource?.cancel()
        writeSource?.cancel()
        readSource = nil
        writeSource = nil
        server.forget(self, reason: reason)
    }

    /// Closes the connection if its time has run out.
    func check(at now: ContinuousClock.Instant) {
        guard let deadline, deadline <= now else { return }
        close(ending == nil ? .halfFrame : .lastReplyNotTaken)
    }

    /// Brings sources and deadline into line with the state; the last act of every event.
    private func settle() {
        guard !isClosed else { return }
        if let ending, output.isEmpty { return close(ending) }
        if wantsInput { readSource?.resume() } else { readSource?.suspend() }
        let isDue = ending != nil || (running == nil && reader.bufferedCount > 0 && mayTakeFrame)
        guard isDue else {
            deadline = nil
            return
        }
        if deadline == nil {
            deadline = .now + server.limits.patience
            server.watch()
        }
    }
}
