internal import IPsec

/// The order in which the kernel is asked and read: bytes only, and no thread, wait or clock.
///
/// A request is sent when the one before it has been answered; where the link takes several at once, so many that do not
/// depend on each other when those before them have been. The kernel works inside `send` (kernel-facts 9), so the answers
/// are in the socket when that returns, behind what others have caused before them; if the socket becomes empty instead,
/// they were lost.
///
/// PF_KEY drops messages for a full socket silently, but it does so only while the queued bytes exceed the limit, and
/// only our reading lowers them. So the queue is measured before each batch of reads: where a batch could have
/// hidden an overflow, ``ExchangeStep/overrun`` is told (kernel-facts 3.3). No overflow goes unseen, however long nobody
/// reads; with a large buffer a false alarm needs one that is almost full.
package struct Exchange: Sendable {
    /// Reads between two measurements.
    private static let batch = 16
    /// More than one message ever takes in the queue.
    private static let largestMessage = 4096

    private struct Flight {
        let id: RequestID
        let answer: any AwaitedAnswer
        let stopsAtRefusal: Bool
    }

    private struct Pending {
        var burst: EncodedBurst
        /// How many of its requests have had their turn, and the id of the one after them.
        var sent = 0
        var nextID: RequestID
        var left: Int { burst.datagrams.count - sent }
        /// Whether several of them were sent at once, and that failed.
        private var goesSingly = false

        init(_ burst: EncodedBurst) {
            self.burst = burst
            nextID = burst.firstID
        }

        /// Sends what comes next, one datagram of one request or of several, and wipes it: it may hold keys.
        ///
        /// - Parameter flights: is given what to wait for.
        /// - Returns: why nothing was sent.
        mutating func sendNext(
            on link: inout some KernelLink, awaiting answer: any AwaitedAnswer.Type, into flights: inout [Flight]
        ) -> KernelErrno? {
            let isAlone = !link.takesSeveral || !burst.isUnordered || goesSingly
            let (range, count) = burst.next(from: sent, atMost: isAlone ? 1 : EncodedBurst.window)
            guard let range else {
                pass()
                return .inexpressible
            }
            if let errno = link.send(burst.bytes, range) {
                guard count > 1 else {
                    pass()
                    burst.wipe(range)
                    return errno
                }
                goesSingly = true
                return sendNext(on: &link, awaiting: answer, into: &flights)
            }
            for index in sent..<sent + count {
                guard let request = burst.datagrams[index] else { continue }
                flights.append(
                    Flight(
                        id: nextID, answer: answer.init(to: burst.bytes.span.extracting(request)),
                        stopsAtRefusal: burst.stopsAtRefusal))
                pass()
            }
            burst.wipe(range)
            return nil
        }

        private mutating func pass() {
            sent += 1
            nextID = nextID.next
        }
    }

    private let answer: any AwaitedAnswer.Type
    private var bursts: [Pending] = []
    /// What has been sent and not been answered, the oldest first.
    private var flights: [Flight] = []
    /// Which of them the next message is likely to be about.
    private var likely = 0
    /// Whether it is told which of them have been lost.
    private var isLosing = false
    private var stops = ExchangeStops()
    private var readsLeft = 0
    /// The request that had its turn last, unless the socket has been empty since.
    private var lastID: RequestID?

    /// - Parameter answer: how answers are known in the bytes of the interface.
    package init(awaiting answer: any AwaitedAnswer.Type) {
        self.answer = answer
    }

    /// Takes requests, to be sent after those that it was given before.
    package mutating func submit(_ burst: EncodedBurst) {
        guard !burst.datagrams.isEmpty else { return }
        bursts.append(Pending(burst))
    }

    /// Sends what is to be sent next, and reads a message.
    /// - Parameter buffer: long enough for every message.
    package mutating func next(on link: inout some KernelLink, into buffer: inout [UInt8]) -> ExchangeStep {
        if flights.isEmpty, let step = sendNext(on: &link) { return step }
        if readsLeft == 0 {
            readsLeft = Self.batch
            if let memory = link.memory, memory.allocated + Self.batch * Self.largestMessage > memory.limit {
                return .overrun
            }
        }
        switch link.receive(into: &buffer) {
        case .datagram(let byteCount):
            readsLeft -= 1
            return .message(byteCount: byteCount, stop: judge(buffer.span.extracting(0..<byteCount)))
        case .empty: return foundEmpty()
        case .overrun: return .overrun
        case .failed(let errno): return .failed(errno)
        }
    }

    /// Forgets what is not sent yet, keys first.
    package mutating func abandon() {
        for index in bursts.indices { bursts[index].burst.wipe() }
        bursts = []
    }

    // MARK: Sending

    /// - Returns: why a request was not sent; `nil` if it was, or there is none.
    private mutating func sendNext(on link: inout some KernelLink) -> ExchangeStep? {
        guard !bursts.isEmpty else { return nil }
        let id = bursts[0].nextID
        let stopsAtRefusal = bursts[0].burst.stopsAtRefusal
        guard !bursts[0].burst.known.isStopped(by: stops, atRefusals: stopsAtRefusal) else {
            var stopped = bursts.removeFirst()
            stopped.burst.wipe()
            return .unsent(id, count: stopped.left)
        }
        (likely, isLosing) = (0, false)
        let errno = bursts[0].sendNext(on: &link, awaiting: answer, into: &flights)
        if bursts[0].left == 0 { bursts.removeFirst() }
        lastID = flights.last?.id ?? id
        return errno.map { .refused(id, $0, stop: stop(at: stopsAtRefusal)) }
    }

    private mutating func stop(at isStop: Bool) -> ExchangeStops.Kind? {
        guard isStop else { return nil }
        stops.count(.refusal)
        return .refusal
    }

    // MARK: Reading

    private mutating func judge(_ message: Span<UInt8>) -> ExchangeStops.Kind? {
        for offset in 0..<flights.count {
            let index = (likely + offset) % flights.count
            switch flights[index].answer.verdict(on: message) {
            case .unrelated: continue
            case .part:
                // Answers come in the order of the requests, and what is told before them, too.
                likely = index + 1
                return nil
            case .answer:
                land(index)
                return nil
            case .refusal: return stop(at: land(index).stopsAtRefusal)
            }
        }
        return nil
    }

    @discardableResult
    private mutating func land(_ index: Int) -> Flight {
        likely = index
        return flights.remove(at: index)
    }

    /// What was sent at once may all be lost; the first of it stops what is behind.
    private mutating func foundEmpty() -> ExchangeStep {
        guard let id = lastID else { return .idle }
        guard !flights.isEmpty else {
            lastID = nil
            return .unanswered(id, stop: nil)
        }
        let isFirst = !isLosing
        let lost = land(0)
        isLosing = !flights.isEmpty
        if lost.id == id { lastID = nil }
        if isFirst { stops.count(.loss) }
        return .unanswered(lost.id, stop: isFirst ? .loss : nil)
    }
}
