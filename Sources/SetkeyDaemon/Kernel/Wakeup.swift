import CLinux
import Glibc
import IPsec

/// Wakes a thread that waits for a descriptor, from another thread.
nonisolated struct Wakeup: Sendable {
    /// An eventfd(2), readable from ``signal()`` to ``clear()``.
    let event: FileDescriptor

    init() throws(KernelErrno) {
        let rawValue = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard rawValue >= 0 else { throw KernelErrno(rawValue: errno) }
        event = FileDescriptor(owning: rawValue)
    }

    /// Ends the wait, or else the next one.
    func signal() {
        _ = eventfd_write(event.rawValue, 1)
    }

    /// Waits for ``signal()``, or until `descriptor` has something to read.
    ///
    /// It may end without either: whoever waits looks for themselves.
    func wait(orFor descriptor: FileDescriptor?) {
        if event.wait(orFor: descriptor) { clear() }
    }

    /// Forgets what has been signalled.
    func clear() {
        var count = [UInt8](repeating: 0, count: 8)
        _ = try? event.read(into: &count)
    }
}
