@unsafe @preconcurrency import Glibc
import IPsec

/// A program that was started, whose standard input and output are the other end of a socket, and whose errors are heard.
final class RemoteProgram {
    /// The most that is kept of what it says on its standard error; the rest is read, and dropped.
    private static let errorLimit = 16 << 10

    /// Our end of its input and output; the ``ClientSocket`` that is made of it closes it.
    let socket: Int32
    private let errors: Int32
    private let pid: pid_t
    /// The beginning of what it has said.
    private(set) var errorBytes: [UInt8] = []
    private(set) var isSilent = false
    /// Whether it has been waited for in vain.
    private(set) var isOverdue = false

    /// Starts a program.
    ///
    /// - Parameter command: its name or path, and its arguments.
    /// - Throws: the errno.
    init(_ command: [String]) throws(KernelErrno) {
        var (ends, pipe): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else {
            throw KernelErrno(rawValue: errno)
        }
        defer { close(ends[1]) }
        guard unsafe Glibc.pipe(&pipe) == 0 else {
            let number = errno
            close(ends[0])
            throw KernelErrno(rawValue: number)
        }
        defer { close(pipe[1]) }
        for descriptor in ends + pipe { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(pipe[0], F_SETFL, O_NONBLOCK)
        let (pid, result) = Self.spawn(command, input: ends[1], output: ends[1], errors: pipe[1])
        guard result == 0 else {
            close(ends[0])
            close(pipe[0])
            throw KernelErrno(rawValue: result)
        }
        (socket, errors, self.pid) = (ends[0], pipe[0], pid)
    }

    deinit { close(errors) }

    /// - Returns: the process, and 0; or the errno.
    private static func spawn(
        _ command: [String], input: Int32, output: Int32, errors: Int32
    ) -> (pid: pid_t, errno: Int32) {
        var files = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&files)
        defer { unsafe posix_spawn_file_actions_destroy(&files) }
        for (number, descriptor) in [input, output, errors].enumerated() {
            unsafe posix_spawn_file_actions_adddup2(&files, descriptor, Int32(number))
        }
        // A thread that has signals blocked would have it started so that it cannot be made to end.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        unsafe sigemptyset(&noSignals)
        unsafe posix_spawnattr_setsigmask(&attributes, &noSignals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments = unsafe command.map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        var pid: pid_t = 0
        let result = unsafe posix_spawnp(&pid, command[0], &files, &attributes, &arguments, environ)
        return (pid, result)
    }

    /// Takes in what it has said so far.
    func hear() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !isSilent {
            do throws(KernelErrno) {
                let count = try SystemCalls.read(errors, into: &buffer)
                isSilent = count == 0
                errorBytes += buffer[..<min(count, Self.errorLimit - errorBytes.count)]
            } catch {
                if error.rawValue == EAGAIN { return }
                isSilent = error.rawValue != EINTR
            }
        }
    }

    /// Waits for what there is to read from its output, and takes in what it says meanwhile.
    ///
    /// - Returns: whether there is something; else the deadline has passed.
    /// - Throws: the errno; `EINTR` where a signal has come.
    func waitForOutput(until deadline: ContinuousClock.Instant) throws(KernelErrno) -> Bool {
        while true {
            let descriptors = [socket, isSilent ? -1 : errors]
            let entries = try SystemCalls.poll(
                descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }, until: deadline)
            hear()
            if entries[0].revents != 0 { return true }
            if ContinuousClock.now >= deadline {
                isOverdue = true
                return false
            }
        }
    }

    /// Has it end, whatever it does: nobody waits for it any longer. It has not been waited for, so the number is its own.
    func end() { kill(pid, SIGTERM) }

    /// Takes in what it says until it has nothing more to say, but not longer than that.
    func listen(for duration: Duration) {
        let deadline = ContinuousClock.now + duration
        hear()
        while !isSilent, (try? SystemCalls.wait(for: POLLIN, on: errors, until: deadline)) == true { hear() }
    }
}
