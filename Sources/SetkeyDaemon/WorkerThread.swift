import Dispatch
import Glibc
import Synchronization

/// One thread that does what it is given, in order, away from the main queue.
///
/// A thread and not a dispatch queue: with its first queue besides the main one, libdispatch begins to look after its
/// threads every second, for ever, and an idle daemon would wake up for that.
nonisolated final class WorkerThread: Sendable {
    private let work = Mutex<[@Sendable () -> Void]>([])
    private let count = DispatchSemaphore(value: 0)

    /// Starts the thread; it ends with the process.
    init() {
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        let status = unsafe pthread_create(&thread, nil, workerMain, context)
        if status == 0 { pthread_detach(thread) } else { hasFailed.store(true, ordering: .relaxed) }
    }

    /// Whether there is no thread: then the caller does the work.
    var isMissing: Bool { hasFailed.load(ordering: .relaxed) }
    private let hasFailed = Atomic(false)

    /// Does `work` when what was given before it is done.
    func run(_ work: @escaping @Sendable () -> Void) {
        guard !isMissing else { return work() }
        self.work.withLock { $0.append(work) }
        count.signal()
    }

    /// Waits until all that was given is done.
    ///
    /// - Parameter limit: how long; what it does may hang, as on a disk that does not answer.
    /// - Returns: whether it is done.
    func finish(within limit: DispatchTimeInterval) -> Bool {
        let done = DispatchSemaphore(value: 0)
        run { done.signal() }
        return done.wait(timeout: .now() + limit) == .success
    }

    fileprivate func loop() -> Never {
        while true {
            count.wait()
            let next = work.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            next?()
        }
    }
}

private nonisolated func workerMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    unsafe Unmanaged<WorkerThread>.fromOpaque(context).takeRetainedValue().loop()
}
