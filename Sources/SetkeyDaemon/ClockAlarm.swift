import CLinux
import Glibc
import IPsec
import SetkeyCore

/// Calls at a moment of the wall clock, after a suspend as well, and whenever that clock is set.
///
/// Dispatch has timers of the wall clock, and they do not hear of its being set.
final class ClockAlarm {
    /// Beyond this the kernel's clock does not reach, in seconds since 1970: the year 2255.
    private static let never: Int64 = 9_000_000_000

    private let timer: FileDescriptor
    private var source: MainQueueSource?
    private var handler: () -> Void = {}

    /// One that is not set.
    init() throws(KernelErrno) {
        let descriptor = setkeyd_open_clock()
        guard descriptor >= 0 else { throw KernelErrno(rawValue: errno) }
        timer = FileDescriptor(owning: descriptor)
    }

    /// Has `handler` called, once for each time that it is set.
    func activate(_ handler: @escaping () -> Void) {
        self.handler = handler
        let timer = timer
        source = .reading(timer) {
            setkeyd_hear_clock(timer.rawValue)
            handler()
        }
        source?.resume()
    }

    /// Sets it; what it was set to before is forgotten.
    ///
    /// - Parameter call: `nil` for never.
    func set(_ call: ClockCall?) {
        // 0 unsets it, and what lies before 1970 has passed.
        let moment = call.map { min(max(1, Int64($0.at ?? .max)), Self.never) } ?? 0
        guard setkeyd_set_clock(timer.rawValue, moment) != 0, errno == ECANCELED else { return }
        // It is set, and has been told in the same call that the clock was set before.
        onNextTurn { [weak self] in self?.handler() }
    }
}
