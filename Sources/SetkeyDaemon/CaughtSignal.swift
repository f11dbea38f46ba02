import CLinux
import Glibc
import IPsec

/// A signal that is an event on the main queue, instead of what it does by default.
///
/// Not a signal source of Dispatch: that one reads a `signalfd`, for which every thread would have to block the signal,
/// and the main thread waits inside `dispatchMain()` with none blocked. What it takes, Dispatch sends on to a thread
/// that it has once noted, and that need not run any more: a SIGTERM in some two thousand was lost.
final class CaughtSignal {
    private let number: Int32
    private let wakeup: Wakeup
    private var source: MainQueueSource?

    /// Catches `number` from now on, for as long as the process lives; see ``activate(_:)``.
    init(_ number: Int32) throws(KernelErrno) {
        self.number = number
        wakeup = try Wakeup()
        guard setkeyd_catch_signal(number, wakeup.event.rawValue) == 0 else { throw KernelErrno(rawValue: errno) }
    }

    /// Calls `handler` for what has come since it is caught, and from now on; once for signals that come together.
    func activate(_ handler: @escaping () -> Void) {
        let wakeup = wakeup
        source = .reading(wakeup.event) {
            wakeup.clear()
            handler()
        }
        source?.resume()
    }

    isolated deinit {
        // The handler must not write to a descriptor that is another one by then.
        _ = signal(number, SIG_DFL)
    }
}
