import Glibc
import IPsec

/// The system calls of the client that take pointers, as functions that take none.
enum SystemCalls {
    /// Reads into `buffer`.
    ///
    /// - Returns: How many bytes came; 0 at the end.
    static func read(_ descriptor: Int32, into buffer: inout [UInt8]) throws(KernelErrno) -> Int {
        let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw KernelErrno(rawValue: errno) }
        return count
    }

    /// Writes what the descriptor takes of `bytes`.
    ///
    /// - Returns: How many bytes that were.
    static func write(_ bytes: Span<UInt8>, to descriptor: Int32) throws(KernelErrno) -> Int {
        let count = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        }
        guard count >= 0 else { throw KernelErrno(rawValue: errno) }
        return count
    }

    /// Writes `text`, as far as that goes. It is one system call, so a signal handler may do it.
    static func put(_ text: StaticString, on descriptor: Int32) {
        _ = unsafe Glibc.write(descriptor, text.utf8Start, text.utf8CodeUnitCount)
    }

    /// Waits until one of `events` (`POLLIN`, `POLLOUT`) can be done without waiting.
    ///
    /// - Throws: the errno; `EINTR` where a signal has come.
    static func wait(for events: Int32, on descriptor: Int32) throws(KernelErrno) {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        guard unsafe Glibc.poll(&entry, 1, -1) >= 0 else { throw KernelErrno(rawValue: errno) }
    }

    /// Whether something can be read now, which may be the end.
    static func isReadable(_ descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe Glibc.poll(&entry, 1, 0) != 0
    }

    /// Waits until one of `entries` has something to tell, or `deadline` has passed.
    ///
    /// - Returns: the entries with what they tell.
    /// - Throws: the errno; `EINTR` where a signal has come.
    static func poll(
        _ entries: [pollfd], until deadline: ContinuousClock.Instant? = nil
    ) throws(KernelErrno) -> [pollfd] {
        var entries = entries
        let limit = deadline.map(milliseconds) ?? -1
        guard unsafe Glibc.poll(&entries, nfds_t(entries.count), limit) >= 0 else { throw KernelErrno(rawValue: errno) }
        return entries
    }

    /// What poll(2) is told of a deadline: rounded up, so that it is not asked again and again at the end.
    private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
        let left = max(.zero, deadline - .now).components
        return Int32(clamping: left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000 + 1)
    }

    /// Waits until nobody reads a pipe or terminal any longer, but not longer than so many milliseconds, nor when a signal comes.
    static func isHungUp(_ descriptor: Int32, within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: 0, revents: 0)
        return unsafe Glibc.poll(&entry, 1, milliseconds) > 0
    }

    /// The same until `deadline`.
    ///
    /// - Returns: Whether it can be done; else the deadline has passed.
    static func wait(
        for events: Int32, on descriptor: Int32, until deadline: ContinuousClock.Instant
    ) throws(KernelErrno) -> Bool {
        try poll([pollfd(fd: descriptor, events: Int16(events), revents: 0)], until: deadline)[0].revents != 0
    }

    /// Has a write to a socket fail that takes longer; does nothing to what is no socket.
    static func limitSending(to duration: Duration, on descriptor: Int32) {
        var limit = timeval(tv_sec: Int(duration.components.seconds), tv_usec: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// - Returns: Whether all of `duration` is over; otherwise a signal has come.
    static func sleep(for duration: Duration) -> Bool {
        var request = timespec()
        request.tv_sec = Int(duration.components.seconds)
        request.tv_nsec = Int(duration.components.attoseconds / 1_000_000_000)
        return unsafe nanosleep(&request, nil) == 0
    }

    /// Fills `bytes`, at most 256, with those of getrandom(2).
    static func fillWithRandomBytes(_ bytes: inout MutableSpan<UInt8>) throws(KernelErrno) {
        let result = unsafe bytes.withUnsafeMutableBytes { unsafe getentropy($0.baseAddress, $0.count) }
        guard result == 0 else { throw KernelErrno(rawValue: errno) }
    }

    /// Columns and rows of a terminal; `nil` where it does not tell.
    static func windowSize(of descriptor: Int32) -> (width: Int, height: Int)? {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return nil
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Whether the process ignores a signal.
    static func ignoresSignal(_ number: Int32) -> Bool {
        var current = sigaction()
        guard unsafe sigaction(number, nil, &current) == 0 else { return false }
        // SIG_IGN is the number 1 in place of a function, which Swift does not compare.
        return unsafe unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
