import Glibc
import IPsec
import KernelBackends

/// An exchange on a thread of its own, so that a kernel that takes its time does not hold the loop.
final class ThreadedExchange<Link: PollableLink>: KernelExchange {
    private let thread: ExchangeThread<Link>
    private let arrivals: Arrivals
    /// What is being read.
    private var batch: ExchangeBatch?

    init(_ link: Link, awaiting answer: any AwaitedAnswer.Type) throws(KernelErrno) {
        let arrivals = Arrivals()
        self.arrivals = arrivals
        thread = try ExchangeThread(link, awaiting: answer) { onNextTurn { arrivals.readable() } }
        let worker = WorkerThread()
        guard !worker.isMissing else { throw KernelErrno(rawValue: EAGAIN) }
        worker.run { [thread] in thread.run() }
    }

    isolated deinit {
        close()
    }

    func submit(_ burst: EncodedBurst) { thread.submit(burst) }

    func next(into buffer: inout [UInt8]) -> ExchangeStep {
        while true {
            if let step = batch?.next(into: &buffer) { return step }
            guard let next = thread.take(returning: batch.take()) else { return .idle }
            batch = next
        }
    }

    func activate(_ readable: @escaping () -> Void) {
        arrivals.readable = readable
        // What came before.
        onNextTurn { [arrivals] in arrivals.readable() }
    }

    func close() {
        arrivals.readable = {}
        thread.close()
    }

    /// Who is told that there is something to read.
    private final class Arrivals {
        var readable: () -> Void = {}
    }
}
