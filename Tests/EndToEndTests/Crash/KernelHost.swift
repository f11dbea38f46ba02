import Dispatch
import Glibc
import IPsec
import KernelBackends
import Synchronization
import TestSupport

/// A simulated kernel in the test's process: daemons talk to it through a socket, and it survives them.
final class KernelHost: Sendable {
    /// When a daemon dies that has asked for a change.
    enum Moment: Sendable, CaseIterable {
        /// The kernel never sees the request.
        case beforeItIsDone
        /// The kernel has changed, and nobody has been told.
        case afterItIsDone
    }

    /// Names the kernel's tables, which are the same for every daemon.
    static let life = "hosted"

    let path: String
    private let listener: Int32
    private let state: Mutex<HostedKernel>

    /// An empty kernel that has run for a while and listens at `path`.
    init(path: String) throws {
        self.path = path
        state = Mutex(HostedKernel())
        listener = privateDescriptor { socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0) }
        guard bindUnixSocket(listener, path: path), listen(listener, 4) == 0 else {
            throw ChildProcess.Failed(description: "no socket for the kernel: errno \(errno)")
        }
        let descriptor = listener
        DispatchQueue(label: "kernel").async { [weak self] in
            while let connection = Self.accept(on: descriptor) {
                self?.state.withLock { $0.connect(connection) }
                Self.serve(connection) { datagram in self?.state.withLock { $0.work(on: datagram) } ?? false }
                self?.state.withLock { $0.disconnect() }
                close(connection)
            }
            close(descriptor)
        }
    }

    deinit {
        // Ends what waits in accept and in recv.
        shutdown(listener, Int32(SHUT_RDWR))
        state.withLock { $0.hangUp() }
    }

    /// The next daemon; `nil` when the socket has been shut down.
    private static func accept(on listener: Int32) -> Int32? {
        var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        // Not under the lock that keeps descriptors private: other tests need it.
        while unsafe poll(&entry, 1, -1) < 0, errno == EINTR {}
        let connection = privateDescriptor { Glibc.accept(listener, nil, nil) }
        return connection < 0 ? nil : connection
    }

    private static func serve(_ connection: Int32, _ work: ([UInt8]) -> Bool) {
        var buffer = [UInt8](repeating: 0, count: 1 << 17)
        while true {
            let count = unsafe recv(connection, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0, work(Array(buffer[..<count])) else { return }
        }
    }

    // MARK: What tests do

    /// Lets the daemon live until it asks for its `number`th change from now on.
    func kill(atWrite number: Int, _ moment: Moment) {
        state.withLock { $0.kill = (number, moment) }
    }

    /// What goes wrong from now on; nobody is killed any more.
    func disarm(faults: FaultPlan = .none) {
        state.withLock {
            $0.kill = nil
            $0.kernel.faults = faults
        }
    }

    /// Another program runs statements.
    func run(_ statements: String) {
        state.withLock { $0.run(statements) }
    }

    /// Changes that daemons have asked for so far.
    var writes: Int { state.withLock { $0.writes } }

    /// What the kernel holds.
    var contents: KernelContents { state.withLock { $0.contents } }
}

/// The kernel, and the daemon at the other end of the connection.
private struct HostedKernel {
    /// Entries that are made before the first daemon comes are that old, in seconds.
    private static let age: UInt64 = 1000

    var kernel: SimulatedKernel
    var kill: (atWrite: Int, moment: KernelHost.Moment)?
    private(set) var writes = 0
    private var foreign: ForeignProgram
    private var hasStarted = false
    private var connection: (descriptor: Int32, socket: SimulatedKernel.SocketID)?
    /// The process at the other end.
    private var daemon: pid_t = 0

    init() {
        kernel = SimulatedKernel(startingAt: Self.clock(ago: Self.age))
        foreign = ForeignProgram(on: &kernel)
    }

    private static func clock(ago seconds: UInt64 = 0) -> SimulatedKernel.Instant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return .init(nanoseconds: (UInt64(time.tv_sec) - seconds) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    private var now: SimulatedKernel.Instant { Self.clock(ago: hasStarted ? 0 : Self.age) }

    mutating func connect(_ descriptor: Int32) {
        hasStarted = true
        let socket = kernel.open()
        kernel.setReceiveLimit(16 << 20, of: socket)
        connection = (descriptor, socket)
        daemon = Self.peer(of: descriptor)
    }

    /// The process that has connected: `struct ucred` is three 32-bit numbers, the first of which is its id.
    private static func peer(of descriptor: Int32) -> pid_t {
        var credentials: [Int32] = [0, 0, 0]
        var length = socklen_t(credentials.count * MemoryLayout<Int32>.size)
        guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else { return 0 }
        return credentials[0]
    }

    mutating func disconnect() {
        if let connection { kernel.close(connection.socket) }
        connection = nil
    }

    func hangUp() {
        if let connection { shutdown(connection.descriptor, Int32(SHUT_RDWR)) }
    }

    /// Does what the daemon asks.
    ///
    /// - Returns: false when the daemon is dead.
    mutating func work(on datagram: [UInt8]) -> Bool {
        guard let connection, let header = PFKeyHeader(ofDatagram: datagram.span) else { return false }
        let moment = isWrite(header.type) ? momentOfDeath() : nil
        if moment == .beforeItIsDone { return !end() }
        let errno = kernel.send(datagram, from: connection.socket, at: now)
        if moment == .afterItIsDone { return !end() }
        deliver()
        tell(.sent(errno: UInt8(truncatingIfNeeded: errno?.rawValue ?? 0)))
        return true
    }

    private func isWrite(_ type: PFKeyMessageType) -> Bool {
        let others: [PFKeyMessageType] = [.register, .get, .dump, .spdGet, .spdDump]
        return !others.contains(type)
    }

    private mutating func momentOfDeath() -> KernelHost.Moment? {
        writes += 1
        guard let (number, moment) = kill else { return nil }
        kill = number > 1 ? (number - 1, moment) : nil
        return number > 1 ? nil : moment
    }

    private func end() -> Bool {
        daemon > 1 && Glibc.kill(daemon, SIGKILL) == 0
    }

    mutating func run(_ statements: String) {
        foreign.run(statements, on: &kernel, at: now)
        deliver()
    }

    var contents: KernelContents {
        mutating get { KernelContents(of: &kernel, at: now) }
    }

    /// Hands over what the kernel has for the daemon.
    private mutating func deliver() {
        guard let connection else { return }
        while let message = kernel.receive(on: connection.socket) { tell(.message(message)) }
    }

    private func tell(_ frame: KernelFrame) {
        guard let connection else { return }
        let bytes = frame.bytes
        _ = unsafe send(connection.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}
