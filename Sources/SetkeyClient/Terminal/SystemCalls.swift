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
        guard unsafe poll(&entry, 1, -1) >= 0 else { throw KernelErrno(rawValue: errno) }
    }

    /// - Returns: Whether all of `duration` is over; otherwise a signal has come.
    static func sleep(for duration: Duration) -> Bool {
        var request = timespec()
        request.tv_sec = Int(duration.components.seconds)
        request.tv_nsec = Int(duration.components.attoseconds / 1_000_000_000)
        return unsafe nanosleep(&request, nil) == 0
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
