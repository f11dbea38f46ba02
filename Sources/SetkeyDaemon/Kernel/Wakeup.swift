import CLinux
import Glibc
import IPsec

/// Wakes a thread that waits for a descriptor, from another thread.
nonisolated struct Wakeup: Sendable {
    /// An eventfd(2).
    private let event: FileDescriptor

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
    func wait(orFor descriptor: FileDescriptor?) {
        var descriptors = [pollfd(fd: event.rawValue, events: Int16(POLLIN), revents: 0)]
        if let descriptor { descriptors.append(pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)) }
        // Interrupted, it has waited long enough: who waits looks for themselves.
        guard unsafe poll(&descriptors, nfds_t(descriptors.count), -1) > 0 else { return }
        var count: UInt64 = 0
        if descriptors[0].revents != 0 { unsafe eventfd_read(event.rawValue, &count) }
    }
}
