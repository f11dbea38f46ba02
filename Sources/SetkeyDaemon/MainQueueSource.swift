import Dispatch

/// A dispatch source whose handler runs on the main queue, that is on the main actor: the only kind there is here.
///
/// Handlers of dispatch sources are not `@Sendable`, so on another queue the compiler would check nothing, and a
/// main-actor closure would trap. What can hang up has none (``SocketPoll``). Sources are therefore created in this file and nowhere else. A source begins
/// suspended; unlike a bare one it may be resumed and suspended any number of times, and dropped in any state.
package final class MainQueueSource {
    private let source: any DispatchSourceProtocol
    private var isResumed = false
    private var isCancelled = false

    /// - Parameter descriptor: Stays open until the source has been cancelled and the last handler has run.
    private init(
        _ source: any DispatchSourceProtocol, keeping descriptor: FileDescriptor? = nil, handler: @escaping () -> Void
    ) {
        self.source = source
        source.setEventHandler { MainActor.assumeIsolated { handler() } }
        source.setCancelHandler { withExtendedLifetime(descriptor) {} }
    }

    isolated deinit {
        cancel()
    }

    /// A source that calls `handler` while `descriptor` has something to read, or is at its end.
    package static func reading(_ descriptor: FileDescriptor, handler: @escaping () -> Void) -> MainQueueSource {
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor.rawValue, queue: .main)
        return MainQueueSource(source, keeping: descriptor, handler: handler)
    }

    /// A timer's source; see ``MainQueueTimer``.
    fileprivate static func timer(
        _ source: any DispatchSourceTimer, handler: @escaping () -> Void
    ) -> MainQueueSource {
        MainQueueSource(source, handler: handler)
    }

    /// Lets the handler run; nothing if it may already.
    package func resume() {
        guard !isResumed, !isCancelled else { return }
        isResumed = true
        source.resume()
    }

    /// Keeps the handler from running until ``resume()``.
    package func suspend() {
        guard isResumed, !isCancelled else { return }
        isResumed = false
        source.suspend()
    }

    /// Ends the source; its handler does not run again.
    package func cancel() {
        guard !isCancelled else { return }
        isCancelled = true
        source.cancel()
        // A suspended source may not be released, and its cancel handler would not run.
        if !isResumed { source.resume() }
    }
}

/// A timer whose handler runs on the main queue.
package final class MainQueueTimer {
    private let timer: any DispatchSourceTimer
    private let source: MainQueueSource

    /// A timer that is not set.
    package init(handler: @escaping () -> Void) {
        timer = DispatchSource.makeTimerSource(queue: .main)
        source = .timer(timer, handler: handler)
        timer.schedule(deadline: .distantFuture)
        source.resume()
    }

    /// Sets the timer to fire once, `delay` from now; what it was set to before is forgotten.
    package func schedule(after delay: Duration) {
        timer.schedule(deadline: .now() + .nanoseconds(delay.nanoseconds))
    }

    /// Sets the timer to fire every `interval` from now on.
    package func schedule(every interval: Duration) {
        let nanoseconds = interval.nanoseconds
        timer.schedule(deadline: .now() + .nanoseconds(nanoseconds), repeating: .nanoseconds(nanoseconds))
    }

    /// Unsets the timer.
    package func unset() {
        timer.schedule(deadline: .distantFuture)
    }

    /// Ends the timer.
    package func cancel() {
        source.cancel()
    }
}

/// Runs `work` on the main queue in its next turn, after whatever is waiting there.
package nonisolated func onNextTurn(_ work: @escaping @MainActor @Sendable () -> Void) {
    DispatchQueue.main.async { MainActor.assumeIsolated { work() } }
}

extension Duration {
    /// Whole nanoseconds, from 0 to 292 years.
    fileprivate var nanoseconds: Int {
        let (seconds, attoseconds) = components
        let (product, overflow) = Int(clamping: seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : max(0, product.addingReportingOverflow(Int(attoseconds / 1_000_000_000)).partialValue)
    }
}
