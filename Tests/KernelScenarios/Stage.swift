package import IPsec
package import KernelBackends

/// What went otherwise than the scenario says.
package struct ScenarioFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// A kernel, empty at the start, with two sockets: `alice`, who asks, and `bob`, who listens.
package struct Stage {
    package var kernel: any KernelUnderTest
    package let alice: SimulatedKernel.SocketID
    package let bob: SimulatedKernel.SocketID

    /// Empties the kernel and opens the sockets.
    package init(_ kernel: any KernelUnderTest) throws {
        var kernel = kernel
        let cleaner = try kernel.open()
        for type in [PFKeyMessageType.flush, .spdFlush] {
            if let errno = kernel.send(Request(type).bytes, from: cleaner) {
                throw ScenarioFailure("cleaning: \(errno)")
            }
        }
        kernel.close(cleaner)
        alice = try kernel.open()
        bob = try kernel.open()
        self.kernel = kernel
    }

    /// Closes the sockets and gives the kernel back.
    package mutating func finish() -> any KernelUnderTest {
        kernel.close(alice)
        kernel.close(bob)
        return kernel
    }

    // MARK: What scenarios say

    /// Sends; `send` must succeed.
    package mutating func send(_ request: Request, from socket: SimulatedKernel.SocketID? = nil) throws {
        if let errno = kernel.send(request.bytes, from: socket ?? alice) {
            throw ScenarioFailure("send failed: \(errno.name)")
        }
    }

    /// Sends; `send` itself must fail, and nobody hears of it.
    package mutating func send(_ datagram: [UInt8], failsWith errno: KernelErrno) throws {
        let actual = kernel.send(datagram, from: alice)
        guard actual == errno else { throw ScenarioFailure("send: \(actual?.name ?? "ok"), not \(errno.name)") }
        try silence()
    }

    /// The next message.
    package mutating func next(on socket: SimulatedKernel.SocketID? = nil) throws -> Answer {
        guard let bytes = kernel.receive(on: socket ?? alice) else { throw ScenarioFailure("no message") }
        return try Answer(bytes)
    }

    /// All messages that are there.
    package mutating func all(on socket: SimulatedKernel.SocketID? = nil) throws -> [Answer] {
        var answers: [Answer] = []
        while let bytes = kernel.receive(on: socket ?? alice) { answers.append(try Answer(bytes)) }
        return answers
    }

    /// Nobody has a message.
    package mutating func silence() throws {
        for (name, socket) in [("alice", alice), ("bob", bob)] {
            guard let bytes = kernel.receive(on: socket) else { continue }
            throw ScenarioFailure("\(name) has a message of type \(bytes.count > 1 ? bytes[1] : 0)")
        }
    }

    /// Sends a request that is refused: the answer is its header with an errno, for the sender alone.
    package mutating func refused(_ request: Request, _ errno: KernelErrno, line: UInt = #line) throws {
        try send(request)
        let answer = try next()
        guard answer.isBare, Int32(answer.errno) == errno.rawValue else {
            let given = answer.errno == 0 ? "done" : KernelErrno(rawValue: Int32(answer.errno)).name
            throw ScenarioFailure("line \(line): \(given), not \(errno.name)")
        }
        try require(answer.type.rawValue == request.bytes[1], "the refusal has another type")
        try require(answer.sequence == 7 && answer.processID == 4711, "the refusal has another seq or pid")
        try silence()
    }

    /// Sends a request whose answer is a broadcast: both get the same message.
    @discardableResult
    package mutating func broadcast(
        _ request: Request, as type: PFKeyMessageType? = nil, line: UInt = #line
    ) throws -> Answer {
        try send(request)
        let answer = try next()
        let name = KernelErrno(rawValue: Int32(answer.errno)).name
        try require(answer.errno == 0, "refused with \(name)", line: line)
        try require(answer.type == type ?? PFKeyMessageType(rawValue: request.bytes[1]), "type \(answer.type.rawValue)")
        try require(answer.sequence == 7 && answer.processID == 4711, "another seq or pid")
        let copy = try next(on: bob)
        try require(copy.bytes == answer.bytes, "the broadcast differs from the answer")
        try silence()
        return answer
    }

    /// Sends a request whose answer goes to the sender alone.
    package mutating func answered(_ request: Request, line: UInt = #line) throws -> Answer {
        try send(request)
        let answer = try next()
        let name = KernelErrno(rawValue: Int32(answer.errno)).name
        try require(answer.errno == 0, "refused with \(name)", line: line)
        try require(answer.type.rawValue == request.bytes[1], "type \(answer.type.rawValue)")
        try require(answer.sequence == 7 && answer.processID == 4711, "another seq or pid")
        try silence()
        return answer
    }

    /// Asks for a dump and receives all of it.
    package mutating func dumped(_ request: Request) throws -> [Answer] {
        try send(request)
        return try all()
    }

    /// Fails where a condition does not hold.
    package func require(
        _ condition: Bool, _ complaint: @autoclosure () -> String, line: UInt = #line
    ) throws {
        guard condition else { throw ScenarioFailure("line \(line): \(complaint())") }
    }

    /// Fails where two values differ.
    package func equal<Value: Equatable>(
        _ actual: Value, _ expected: Value, _ what: String, line: UInt = #line
    ) throws {
        guard actual == expected else {
            throw ScenarioFailure("line \(line): \(what): \(actual), not \(expected)")
        }
    }
}
