import Glibc
import Synchronization
import Testing

/// Tests run at the same time. Descriptors are made, and kept from children, under this lock, and children are started
/// under it: a pipe that an unrelated child holds open would never end.
private let descriptorLock = Mutex(())

/// Makes a descriptor that no child inherits; -1 where it fails.
func privateDescriptor(_ make: () -> Int32) -> Int32 {
    descriptorLock.withLock { _ in
        let descriptor = make()
        if descriptor >= 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        return descriptor
    }
}

/// A program that a test has started, with its input, output and errors in pipes, or on a terminal.
final class ChildProcess {
    /// What has become of it.
    enum Ending: Equatable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    /// Why a wait has ended without what was waited for.
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// `POSIX_SPAWN_SETSID`, which the C library shows to GNU programs only.
    private static let newSession: Int32 = 0x80

    let pid: pid_t
    private var input: Int32
    private var output: Int32
    private var errors: Int32
    private(set) var outputBytes: [UInt8] = []
    private(set) var errorBytes: [UInt8] = []
    private var ending: Ending?

    /// Starts `program` with exactly this environment; on `terminal`, if there is one, instead of pipes.
    init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], terminal: PseudoTerminal? = nil
    ) throws {
        var files = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&files)
        defer { unsafe posix_spawn_file_actions_destroy(&files) }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var theirs: [Int32] = []
        if let terminal {
            for number: Int32 in 0...2 {
                unsafe posix_spawn_file_actions_addopen(&files, number, terminal.path, O_RDWR, 0)
            }
            (input, output, errors) = (-1, terminal.descriptor, -1)
        } else {
            let pipes = try (0...2).map { _ in try Self.pipe() }
            theirs = [pipes[0].read, pipes[1].write, pipes[2].write]
            for (number, descriptor) in theirs.enumerated() {
                unsafe posix_spawn_file_actions_adddup2(&files, descriptor, Int32(number))
            }
            (input, output, errors) = (pipes[0].write, pipes[1].read, pipes[2].read)
        }
        // The test runner may ignore signals that the programs under test live by.
        var signals = sigset_t()
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (terminal == nil ? 0 : Self.newSession)
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        var argumentPointers = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        var environmentPointers = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            unsafe (argumentPointers + environmentPointers).forEach { unsafe free($0) }
        }
        var pid: pid_t = 0
        let result = descriptorLock.withLock { _ in
            unsafe posix_spawn(&pid, program, &files, &attributes, &argumentPointers, &environmentPointers)
        }
        for descriptor in theirs { close(descriptor) }
        self.pid = pid
        guard result == 0 else { throw Failed(description: "\(program) cannot be started: errno \(result)") }
    }

    deinit {
        if ending == nil {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        for descriptor in [input, output, errors] where descriptor >= 0 { close(descriptor) }
    }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        let ends = descriptorLock.withLock { _ in
            var ends: [Int32] = [-1, -1]
            unsafe Glibc.pipe(&ends)
            for descriptor in ends { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
            return ends
        }
        guard ends[0] >= 0 else { throw Failed(description: "no pipe") }
        return (ends[0], ends[1])
    }

    var outputText: String { String(decoding: outputBytes, as: UTF8.self) }
    var errorText: String { String(decoding: errorBytes, as: UTF8.self) }

    /// Writes to its input, reading its output meanwhile, and closes it, unless it is to stay open.
    func send(_ bytes: [UInt8], closing: Bool = true) throws {
        var rest = bytes[...]
        _ = fcntl(input, F_SETFL, O_NONBLOCK)
        while !rest.isEmpty {
            try exchange(until: .now + .seconds(60), wantsWriting: true)
            let count = unsafe rest.withUnsafeBytes { unsafe write(input, $0.baseAddress, $0.count) }
            if count > 0 { rest = rest.dropFirst(count) }
            if count < 0, errno != EAGAIN { break }
        }
        guard closing else { return }
        close(input)
        input = -1
    }

    /// Takes its output until `condition` holds.
    func read(until condition: (ChildProcess) -> Bool, within limit: Duration = .seconds(30)) throws {
        let deadline = ContinuousClock.now + limit
        while !condition(self) {
            guard output >= 0 || errors >= 0 else {
                throw Failed(description: "it ended early: \(outputText)\(errorText)")
            }
            try exchange(until: deadline, wantsWriting: false)
        }
    }

    /// Closes our end of its output.
    func closeOutput() {
        close(output)
        output = -1
    }

    /// Takes all output and waits for its end.
    func wait(within limit: Duration = .seconds(60)) throws -> Ending {
        let deadline = ContinuousClock.now + limit
        while output >= 0 || errors >= 0 { try exchange(until: deadline, wantsWriting: false) }
        while try !hasEnded(waiting: true) {}
        return try #require(ending)
    }

    /// Whether it has ended; its output may not have been taken yet.
    func hasEnded(waiting: Bool = false) throws -> Bool {
        guard ending == nil else { return true }
        var status: Int32 = 0
        let result = unsafe waitpid(pid, &status, waiting ? 0 : WNOHANG)
        if result < 0, errno != EINTR { throw Failed(description: "waitpid: errno \(errno)") }
        guard result == pid else { return false }
        let signal = status & 0x7f
        ending = signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: signal)
        return true
    }

    private func exchange(until deadline: ContinuousClock.Instant, wantsWriting: Bool) throws {
        let left = ContinuousClock.now.duration(to: deadline)
        guard left > .zero else {
            throw Failed(description: "it takes too long; so far: \(outputText)\(errorText)")
        }
        var entries = [
            pollfd(fd: output, events: Int16(POLLIN), revents: 0),
            pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wantsWriting ? input : -1, events: Int16(POLLOUT), revents: 0),
        ]
        unsafe poll(&entries, 3, Int32(clamping: left.components.seconds * 1000 + 1000))
        if entries[0].revents != 0 { take(&output, into: &outputBytes) }
        if entries[1].revents != 0 { take(&errors, into: &errorBytes) }
    }

    private func take(_ descriptor: inout Int32, into bytes: inout [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
        if count > 0 {
            bytes += buffer[..<count]
        } else if count == 0 || errno != EINTR {
            // A terminal ends with EIO when its last user has gone.
            close(descriptor)
            descriptor = -1
        }
    }
}

/// A terminal that a program can be put on; the test sees what is drawn.
final class PseudoTerminal {
    /// `TIOCSPTLCK` and `TIOCGPTN`: the macros compute them, so that they are not imported.
    private static let unlock: UInt = 0x4004_5431
    private static let askNumber: UInt = 0x8004_5430

    let descriptor: Int32
    let path: String

    init(width: UInt16, height: UInt16) throws {
        descriptor = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var number: CUnsignedInt = 0
        var lock: CInt = 0
        guard descriptor >= 0, unsafe ioctl(descriptor, Self.unlock, &lock) == 0,
            unsafe ioctl(descriptor, Self.askNumber, &number) == 0
        else { throw ChildProcess.Failed(description: "no terminal: errno \(errno)") }
        path = "/dev/pts/\(number)"
        resize(width: width, height: height)
    }

    /// Types `text`, which the terminal edits by lines as it does for a person: Ctrl-D ends the input.
    func type(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard unsafe write(descriptor, bytes, bytes.count) == bytes.count else {
            throw ChildProcess.Failed(description: "the terminal does not take it: errno \(errno)")
        }
    }

    func resize(width: UInt16, height: UInt16) {
        var size = winsize(ws_row: height, ws_col: width, ws_xpixel: 0, ws_ypixel: 0)
        _ = unsafe ioctl(descriptor, UInt(TIOCSWINSZ), &size)
    }
}
