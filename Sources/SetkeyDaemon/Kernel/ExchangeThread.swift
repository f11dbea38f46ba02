import IPsec
import KernelBackends
import Synchronization

/// A link whose arrivals can be waited for.
nonisolated protocol PollableLink: KernelLink, Sendable {
    var descriptor: FileDescriptor { get }

    /// Forgets what it has received and nobody has read, what may be keys first.
    mutating func wipe()
}

nonisolated extension PollableLink {
    mutating func wipe() {}
}

/// The thread that exchanges datagrams with a kernel. It moves bytes, and knows nothing of what they say; the main
/// queue decodes, decides and encodes meanwhile.
///
/// It reads on only while the main queue keeps up with it: what waits then waits in the kernel's socket, which counts it
/// (``Exchange``).
nonisolated final class ExchangeThread<Link: PollableLink>: Sendable {
    /// How many bytes of messages may wait for the main queue.
    private static var limit: Int { 256 << 10 }

    private struct Shared {
        var submitted: [EncodedBurst] = []
        var batches: [ExchangeBatch] = []
        /// Batches that have been read, to be used again.
        var spare: [ExchangeBatch] = []
        /// Bytes of messages that the main queue has not read.
        var undelivered = 0
        /// Whether the main queue knows that there are batches.
        var isTold = false
        /// Whether the thread waits, and for the main queue to read.
        var isAsleep = false
        var needsRoom = false
        var isClosed = false

        var wakesThread: Bool {
            isClosed || (needsRoom ? undelivered <= ExchangeThread.limit / 2 : !submitted.isEmpty)
        }
    }

    private let shared = Mutex(Shared())
    private let link: Link
    private let answer: any AwaitedAnswer.Type
    private let wakeup: Wakeup
    private let tell: @Sendable () -> Void

    /// - Parameters:
    ///   - answer: how answers are known in the bytes of the interface.
    ///   - tell: called on the thread when there is something to ``take()`` after there was nothing.
    init(
        _ link: Link, awaiting answer: any AwaitedAnswer.Type, tell: @escaping @Sendable () -> Void
    ) throws(KernelErrno) {
        self.link = link
        self.answer = answer
        self.tell = tell
        wakeup = try Wakeup()
    }

    // MARK: The main queue's side

    /// Gives it requests, to be sent after those that it was given before.
    func submit(_ burst: EncodedBurst) {
        wakeIfNeeded { $0.submitted.append(burst) }
    }

    /// The next batch, in exchange for the one that has been read; `nil` when there is none, and ``tell`` is called
    /// when there is.
    func take(returning former: consuming ExchangeBatch?) -> ExchangeBatch? {
        let size = former?.byteCount ?? 0
        former?.reset()
        return wakeIfNeeded { shared in
            shared.undelivered -= size
            if let former, shared.spare.count < 4 { shared.spare.append(former) }
            guard !shared.batches.isEmpty else {
                shared.isTold = false
                return nil
            }
            return shared.batches.removeFirst()
        }
    }

    /// Ends the thread, after the request that it is sending.
    func close() {
        wakeIfNeeded { $0.isClosed = true }
    }

    private func wakeIfNeeded<Result>(after change: (inout Shared) -> sending Result) -> Result {
        let (result, wakes) = shared.withLock { shared in
            let result = change(&shared)
            let wakes = shared.isAsleep && shared.wakesThread
            if wakes { shared.isAsleep = false }
            return (result, wakes)
        }
        if wakes { wakeup.signal() }
        return result
    }

    // MARK: The thread's side

    /// Exchanges until it is closed.
    func run() {
        var exchange = Exchange(awaiting: answer)
        var link = link
        var batch = ExchangeBatch()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        // Of the buffer; each message overwrites the one before it.
        var used = 0
        while takeRequests(&exchange) {
            let step = exchange.next(on: &link, into: &buffer)
            if step != .idle { batch.append(step, buffer) }
            if case .message(let byteCount, _) = step { used = max(used, byteCount) }
            if batch.isFull || step == .idle {
                publish(&batch)
                buffer.overwriteWithZeros(first: used)
                used = 0
            }
            if step == .idle { sleep(needsRoom: false) }
        }
        exchange.abandon()
        link.wipe()
        batch.reset()
        buffer.overwriteWithZeros(first: used)
    }

    /// Takes the requests that were given to it, and waits while the main queue has enough to read.
    /// - Returns: false when it is closed.
    private func takeRequests(_ exchange: inout Exchange) -> Bool {
        while true {
            let (requests, undelivered, isClosed) = shared.withLock { shared in
                defer { shared.submitted = [] }
                return (shared.submitted, shared.undelivered, shared.isClosed)
            }
            for burst in requests { exchange.submit(burst) }
            if isClosed { return false }
            if undelivered <= Self.limit { return true }
            sleep(needsRoom: true)
        }
    }

    private func publish(_ batch: inout ExchangeBatch) {
        guard !batch.isEmpty else { return }
        let full = batch
        let (spare, isNews) = shared.withLock { shared in
            shared.undelivered += full.byteCount
            shared.batches.append(full)
            defer { shared.isTold = true }
            return (shared.spare.popLast(), !shared.isTold)
        }
        batch = spare ?? ExchangeBatch()
        if isNews { tell() }
    }

    /// Waits for the main queue, and, unless that has to read first, for the kernel.
    private func sleep(needsRoom: Bool) {
        let sleeps = shared.withLock { shared in
            shared.needsRoom = needsRoom
            shared.isAsleep = !shared.wakesThread
            return shared.isAsleep
        }
        guard sleeps else { return }
        wakeup.wait(orFor: needsRoom ? nil : link.descriptor)
        shared.withLock { $0.isAsleep = false }
    }
}
