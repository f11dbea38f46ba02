internal import IPsec

/// The order in which the kernel is asked and read: bytes only, and no thread, wait or clock.
///
/// A request is sent when the one before it has been answered. The kernel works inside `send` (kernel-facts 9), so the
/// answer is in the socket when that returns, behind what others have caused before it; if the socket becomes empty
/// instead, the answer was lost.
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

    private struct Pending {
        var burst: EncodedBurst
        /// How many of its requests have had their turn, and the id of the one after them.
        var sent = 0
        var nextID: RequestID
        var left: Int { burst.datagrams.count - sent }

        /// Sends the next datagram, and wipes it: it may hold keys.
        ///
        /// - Returns: what to wait for.
        mutating func sendNext(
            on link: inout some KernelLink, awaiting answer: any AwaitedAnswer.Type
        ) -> Result<any AwaitedAnswer, KernelErrno> {
            let range = burst.datagrams[sent]
            sent += 1
            nextID = nextID.next
            guard let range else { return .failure(.inexpressible) }
            defer { burst.wipe(range) }
            if let errno = link.send(burst.bytes, range) { return .failure(errno) }
            return .success(answer.init(to: burst.bytes.span.extracting(range)))
        }
    }

    private struct Flight {
        let answer: any AwaitedAnswer
        let stopsAtRefusal: Bool
    }

    private let answer: any AwaitedAnswer.Type
    private var bursts: [Pending] = []
    private var flight: Flight?
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
        bursts.append(Pending(burst: burst, nextID: burst.firstID))
    }

    /// Sends what is to be sent next, and reads a message.
    /// - Parameter buffer: long enough for every message.
    package mutating func next(on link: inout some KernelLink, into buffer: inout [UInt8]) -> ExchangeStep {
        if flight == nil, let step = sendNext(on: &link) { return step }
        if readsLeft == 0 {
            readsLeft = Self.batch
            if let memory = link.memory, memory.allocated + Self.batch * Self.largestMessage > memory.limit {
                return .overrun
            }
        }
        switch link.receive(into: &buffer) {
        case .datagram(let byteCount):
            readsLeft -= 1
            return .message(byteCount: byteCount, stop: judge(buffer, byteCount))
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
        lastID = id
        let outcome = bursts[0].sendNext(on: &link, awaiting: answer)
        if bursts[0].left == 0 { bursts.removeFirst() }
        switch outcome {
        case .success(let answer):
            flight = Flight(answer: answer, stopsAtRefusal: stopsAtRefusal)
            return nil
        case .failure(let errno): return .refused(id, errno, stop: stop(at: stopsAtRefusal))
        }
    }

    private mutating func stop(at isStop: Bool) -> ExchangeStops.Kind? {
        guard isStop else { return nil }
        stops.count(.refusal)
        return .refusal
    }

    // MARK: Reading

    private mutating func judge(_ buffer: [UInt8], _ byteCount: Int) -> ExchangeStops.Kind? {
        guard let flight else { return nil }
        switch flight.answer.verdict(on: buffer.span.extracting(0..<byteCount)) {
        case .unrelated, .part: return nil
        case .answer:
            self.flight = nil
            return nil
        case .refusal:
            self.flight = nil
            return stop(at: flight.stopsAtRefusal)
        }
    }

    private mutating func foundEmpty() -> ExchangeStep {
        guard let id = lastID.take() else { return .idle }
        guard flight.take() != nil else { return .unanswered(id, stop: nil) }
        stops.count(.loss)
        return .unanswered(id, stop: .loss)
    }
}
