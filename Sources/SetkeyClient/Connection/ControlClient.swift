package import ControlProtocol

/// A connection to the daemon, for a program that has nothing else to do while it waits.
///
/// Calls may be sent before earlier ones are answered (pipelining); answers come in the order of the calls. Dropping the
/// client closes the connection, which cancels what still runs.
package struct ControlClient: ~Copyable {
    private var socket: ClientSocket
    /// What is asked again if the daemon goes before it answers: the first call, if it changes nothing.
    private var repeatable: Repeatable
    private var reader = FrameReader(maximumFrame: FrameReader.maximumReply)
    /// How many more bytes of replies are taken.
    private var budget = Int.max
    /// The calls that are not yet answered, oldest first.
    private var pending: [Method] = []

    private enum Repeatable {
        /// Nothing has been called yet.
        case ready(path: String, patience: Duration?)
        case call(Method, frame: [UInt8], path: String, patience: Duration?)
        case none
    }

    /// Connects to the daemon whose control socket is at `path`.
    ///
    /// - Parameters:
    ///   - prefersPrivileged: whether by the socket of root, where we may use it.
    ///   - patience: how long it may say nothing while an answer is waited for; `nil` for ever.
    package init(path: String, prefersPrivileged: Bool = true, patience: Duration? = nil) throws(ClientError) {
        socket = try ClientSocket.connect(
            toDaemonAt: path, prefersPrivileged: prefersPrivileged, patience: patience)
        repeatable = .ready(path: path, patience: patience)
    }

    /// Talks to whoever is at the other end of `socket`.
    ///
    /// - Parameters:
    ///   - maximumFrame: the longest reply that is read, in bytes.
    ///   - budget: how many bytes all replies may have.
    init(_ socket: ClientSocket, maximumFrame: Int, budget: Int = .max) {
        self.socket = socket
        repeatable = .none
        self.budget = budget
        reader = FrameReader(maximumFrame: maximumFrame)
    }

    /// The socket, for a program that also waits for other things; readable means that ``nextReply()`` has something.
    package var descriptor: Int32 { socket.rawValue }

    /// Whether the daemon has said something that has not been read, or has closed the connection.
    var isSpokenTo: Bool { reader.bufferedCount > 0 || SystemCalls.isReadable(socket.rawValue) }

    /// Calls that are not yet answered.
    package var pendingCount: Int { pending.count }

    /// Sends `call` and does not wait for its answer, which ``nextReply()`` will give.
    ///
    /// - Parameter oneway: No answer is wanted, and none will come.
    package mutating func send(_ call: Call, more: Bool = false, oneway: Bool = false) throws(ClientError) {
        var frame: [UInt8] = []
        do throws(FrameError) {
            try call.appendFrame(more: more, oneway: oneway, to: &frame)
        } catch {
            throw .unsendable(error)
        }
        // The daemon would close the connection over it.
        guard frame.count <= FrameReader.maximumCall else {
            throw .unsendable(.oversize(limit: FrameReader.maximumCall))
        }
        if case .ready(let path, let patience) = repeatable, !oneway, !call.method.changesSomething {
            repeatable = .call(call.method, frame: frame, path: path, patience: patience)
        } else {
            repeatable = .none
        }
        if !oneway { pending.append(call.method) }
        try write(frame)
    }

    /// The next reply to the oldest call that is not yet answered in full; waits for it.
    ///
    /// - Returns: The reply, and whether further ones to the same call follow.
    /// - Throws: What the call was answered with, if that is an error; the calls after it can still be answered.
    package mutating func nextReply() throws(ClientError) -> (reply: Reply, continues: Bool) {
        try persisting { client throws(ClientError) in
            guard let method = client.pending.first else { throw .connectionLost }
            return try client.reply(in: try client.nextFrame(), to: method)
        }
    }

    /// As ``nextReply()``, and the reply as it came.
    package mutating func nextReceivedReply() throws(ClientError) -> ReceivedReply {
        try persisting { client throws(ClientError) in try client.receivedReply() }
    }

    private mutating func receivedReply() throws(ClientError) -> ReceivedReply {
        guard let method = pending.first else { throw .connectionLost }
        let frame = try nextFrame()
        do throws(FrameError) {
            if let received = try ReceivedReply(frame: frame) {
                if !received.continues { pending.removeFirst() }
                return received
            }
        } catch {
            throw .malformedReply(error)
        }
        _ = try reply(in: frame, to: method)
        throw .malformedReply(.malformed(reason: "a reply out of order"))
    }

    private mutating func reply(
        in frame: [UInt8], to method: Method
    ) throws(ClientError) -> (reply: Reply, continues: Bool) {
        let answer = try decode(frame, to: method)
        if case .reply(let reply, let continues) = answer {
            if !continues { pending.removeFirst() }
            return (reply, continues)
        }
        pending.removeFirst()
        switch answer {
        case .controlError(let error): throw .daemon(error)
        case .serviceError(let error): throw .service(error)
        case .unknownError(let name): throw .unknown(name)
        case .reply: throw .malformedReply(.malformed(reason: "a reply out of order"))
        }
    }

    /// Calls and waits for the one answer.
    package mutating func call(_ call: Call) throws(ClientError) -> Reply {
        try send(call)
        return try nextReply().reply
    }

    /// Calls and hands every part of the answer to `receive`, in order, until the last.
    package mutating func call(
        _ call: Call, receive: (Reply) throws(ClientError) -> Void
    ) throws(ClientError) {
        try send(call, more: true)
        var continues = true
        while continues {
            let next = try nextReply()
            try receive(next.reply)
            continues = next.continues
        }
    }
}

// MARK: - A daemon that is restarted

extension ControlClient {
    /// Does `body`, which waits for an answer, and once more where the daemon goes before there is any: it has taken the
    /// connection, and been restarted before it has read the call or answered it.
    private mutating func persisting<Answer>(
        _ body: (inout Self) throws(ClientError) -> Answer
    ) throws(ClientError) -> Answer {
        do throws(ClientError) {
            let answer = try body(&self)
            repeatable = .none
            return answer
        } catch {
            guard error == .connectionLost || error == .daemon(.stopping), try askAgain() else { throw error }
        }
        return try body(&self)
    }

    /// Connects and calls again, if the call may be repeated and somebody listens.
    ///
    /// Not by the socket of root: that would start a service which has been stopped.
    private mutating func askAgain() throws(ClientError) -> Bool {
        guard case .call(let method, let frame, let path, let patience) = repeatable else { return false }
        repeatable = .none
        guard let successor = try? ClientSocket(path: path, patience: patience) else { return false }
        socket = successor
        reader = FrameReader(maximumFrame: FrameReader.maximumReply)
        pending = [method]
        try write(frame)
        return true
    }
}

// MARK: - Bytes

extension ControlClient {
    private func decode(_ frame: [UInt8], to method: Method) throws(ClientError) -> IncomingReply {
        do throws(FrameError) {
            return try IncomingReply(frame: frame, to: method)
        } catch {
            throw .malformedReply(error)
        }
    }

    private mutating func nextFrame() throws(ClientError) -> [UInt8] {
        while true {
            do throws(FrameError) {
                if let frame = try reader.next() {
                    budget -= frame.count + 1
                    guard budget >= 0 else { throw FrameError.malformed(reason: "there is no end of it") }
                    return frame
                }
            } catch {
                throw .malformedReply(error)
            }
            guard try receive(waiting: true) else { throw .connectionLost }
        }
    }

    /// Takes in what has come.
    ///
    /// - Returns: Whether something came.
    private mutating func receive(waiting: Bool) throws(ClientError) -> Bool {
        let count = try reader.append { output throws(ClientError) in
            try socket.receive(into: &output, waiting: waiting)
        }
        return (count ?? 0) > 0
    }

    /// Writes all of `frame`, and meanwhile takes in the replies that come: the daemon may be waiting for this side to
    /// read before it reads on.
    private mutating func write(_ frame: [UInt8]) throws(ClientError) {
        var written = 0
        while written < frame.count {
            switch try socket.send(frame[written...]) {
            case .sent(let count): written += count
            case .wouldBlock:
                try socket.waitUntilReadableOrWritable()
                _ = try receive(waiting: false)
            case .closed:
                // It may have said why before it closed: nextReply() finds that, or the end.
                return
            }
        }
    }
}
