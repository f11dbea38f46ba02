import IPsec
import KernelBackends

/// A kernel, empty at the start, with two sockets of netlink: `alice`, who asks, and `ears`, who hears; and where it has
/// PF_KEY, `bob`, who hears by that.
struct XFRMStage {
    /// The address of `alice`: no process has it.
    static let portID: UInt32 = 0x5e7d_0001

    var kernel: any KernelUnderTest
    let alice: SimulatedKernel.SocketID
    let ears: SimulatedKernel.SocketID
    let bob: SimulatedKernel.SocketID?
    private var messages: [SimulatedKernel.SocketID: [[UInt8]]] = [:]

    /// Empties the kernel and opens the sockets.
    init(_ kernel: any KernelUnderTest) throws {
        var kernel = kernel
        alice = try kernel.openNetlink(portID: Self.portID, groups: [])
        let flushes = [
            XFRMRequest(.flushSAs).with([0]), XFRMRequest(.flushPolicies),
            XFRMRequest(.flushPolicies).attribute(16, [1, 0, 0, 0, 0, 0]),
        ]
        for request in flushes {
            if let errno = kernel.send(request.bytes, from: alice) { throw ScenarioFailure("cleaning: \(errno)") }
        }
        ears = try kernel.openNetlink(portID: Self.portID + 1, groups: [.associations, .policies, .expire])
        bob = kernel.hasPFKey ? try kernel.open() : nil
        self.kernel = kernel
        while next(on: alice) != nil {}
        while next(on: ears) != nil {}
    }

    /// Closes the sockets and gives the kernel back.
    mutating func finish() -> any KernelUnderTest {
        kernel.close(alice)
        kernel.close(ears)
        if let bob { kernel.close(bob) }
        return kernel
    }

    // MARK: Messages

    /// Sends; `send` must succeed.
    mutating func send(_ request: XFRMRequest) throws {
        if let errno = kernel.send(request.bytes, from: alice) { throw ScenarioFailure("send failed: \(errno.name)") }
    }

    /// The next message, without waiting.
    private mutating func next(on socket: SimulatedKernel.SocketID) -> [UInt8]? {
        while messages[socket]?.isEmpty ?? true {
            var datagram = [UInt8](repeating: 0, count: 1 << 15)
            guard case .bytes(let count) = kernel.receive(on: socket, into: &datagram) else { return nil }
            var split = NetlinkDatagram(byteCount: count)
            while let range = split.next(in: datagram.span) {
                messages[socket, default: []].append(Array(datagram[range]))
            }
        }
        return messages[socket]?.removeFirst()
    }

    /// All messages that are there.
    mutating func all(on socket: SimulatedKernel.SocketID? = nil) throws -> [XFRMAnswer] {
        var answers: [XFRMAnswer] = []
        while let bytes = next(on: socket ?? alice) { answers.append(try XFRMAnswer(bytes)) }
        return answers
    }

    /// What `bob` has heard.
    mutating func heardByPFKey() throws -> [Answer] {
        guard let bob else { return [] }
        var answers: [Answer] = []
        while let bytes = kernel.receive(on: bob) { answers.append(try Answer(bytes)) }
        return answers
    }

    // MARK: What scenarios say

    /// Sends a request that is done and acknowledged.
    ///
    /// - Returns: what is told to everybody.
    @discardableResult
    mutating func done(_ request: XFRMRequest, line: UInt = #line) throws -> [XFRMAnswer] {
        try send(request)
        let answers = try all()
        guard answers.count == 1, answers[0].type == .error else {
            throw ScenarioFailure("line \(line): \(answers.map(\.type.rawValue)), not one acknowledgement")
        }
        let name = KernelErrno(rawValue: answers[0].errno).name
        try require(answers[0].errno == 0, "refused with \(name): \(answers[0].words ?? "-")", line: line)
        try require(answers[0].sequence == 7 && answers[0].portID == Self.portID, "another seq or pid", line: line)
        return try all(on: ears)
    }

    /// The one message that tells of a request that is done.
    mutating func told(_ request: XFRMRequest, line: UInt = #line) throws -> XFRMAnswer {
        let news = try done(request, line: line)
        guard news.count == 1 else { throw ScenarioFailure("line \(line): \(news.count) messages, not 1") }
        try require(news[0].sequence == 7 && news[0].portID == 4711, "not the requester's seq and pid", line: line)
        return news[0]
    }

    /// Sends a request that is refused, and nobody hears of it.
    ///
    /// - Parameters:
    ///   - words: what the kernel says; `nil` where it says nothing.
    ///   - release: the first that says it.
    mutating func refused(
        _ request: XFRMRequest, _ errno: KernelErrno, saying words: String? = nil,
        since release: SimulatedKernel.Release = .linux6_1, line: UInt = #line
    ) throws {
        let words = release == .linux6_12 && kernel.release == .linux6_1 ? nil : words
        try send(request)
        let answers = try all()
        guard answers.count == 1, answers[0].type == .error, answers[0].errno == errno.rawValue else {
            let given = answers.map { $0.type == .error ? KernelErrno(rawValue: $0.errno).name : "\($0.type.rawValue)" }
            throw ScenarioFailure("line \(line): \(given) \(answers.first?.words ?? ""), not \(errno.name)")
        }
        try equal(answers[0].words, words, "words", line: line)
        try require(answers[0].flags & 0x100 != 0, "the request is repeated", line: line)
        try require(try all(on: ears).isEmpty, "somebody hears of it", line: line)
    }

    /// Sends a request whose answer goes to the sender alone.
    mutating func answered(_ request: XFRMRequest, line: UInt = #line) throws -> XFRMAnswer {
        try send(request)
        let answers = try all()
        guard answers.count == 1 else { throw ScenarioFailure("line \(line): \(answers.count) messages, not 1") }
        if answers[0].type == .error {
            throw ScenarioFailure("line \(line): refused with \(KernelErrno(rawValue: answers[0].errno).name)")
        }
        try require(answers[0].sequence == 7 && answers[0].portID == Self.portID, "another seq or pid", line: line)
        return answers[0]
    }

    /// Asks for a dump and receives all of it.
    mutating func dumped(_ request: XFRMRequest, line: UInt = #line) throws -> [XFRMAnswer] {
        try send(request)
        let answers = try all()
        guard answers.last?.type == .done else { throw ScenarioFailure("line \(line): the dump has no end") }
        return answers.dropLast()
    }

    static let allSAs = XFRMRequest(.getSA, flags: XFRMRequest.dump)
    static let allPolicies = XFRMRequest(.getPolicy, flags: XFRMRequest.dump)

    /// Fails where a condition does not hold.
    func require(
        _ condition: Bool, _ complaint: @autoclosure () -> String, line: UInt = #line
    ) throws {
        guard condition else { throw ScenarioFailure("line \(line): \(complaint())") }
    }

    /// Fails where two values differ.
    func equal<Value: Equatable>(
        _ actual: Value, _ expected: Value, _ what: String, line: UInt = #line
    ) throws {
        guard actual == expected else {
            throw ScenarioFailure("line \(line): \(what): \(actual), not \(expected)")
        }
    }
}
