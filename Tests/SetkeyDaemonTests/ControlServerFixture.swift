import ControlProtocol
import Dispatch
import Glibc
import SetkeyClient
import Testing

@testable import SetkeyDaemon

/// A control server on a temporary socket, and a delegate that notes what it is told and answers as the test says.
final class ControlServerFixture: ControlServerDelegate {
    let server: ControlServer
    let path: String
    private let directory: String
    var peers: [ClientID: Peer] = [:]
    var calls: [(client: ClientID, call: IncomingCall)] = []
    var ends: [(client: ClientID, reason: DisconnectReason)] = []
    var notices: [ControlServerNotice] = []
    var drains = 0
    /// What to do with a call; by default `Status` is answered and the rest waits.
    var onCall: (ControlServer, ClientID, IncomingCall) -> Void = { server, client, call in
        if call.call == .status { server.reply(.status(ControlServerFixture.status), to: client) }
    }
    var onDrain: (ControlServer, ClientID) -> Void = { _, _ in }
    private var waiters: [(condition: () -> Bool, continuation: CheckedContinuation<Void, Never>)] = []

    init(limits: ControlServerLimits = ControlServerLimits()) throws {
        directory = Self.temporaryDirectory()
        path = directory + "/control.sock"
        server = ControlServer(version: "0.1-test", limits: limits)
        server.delegate = self
        server.listen(on: try ListeningSocket(path: path))
    }

    /// Stops the server and removes the directory.
    func tearDown() {
        server.stop()
        _ = unsafe rmdir(directory)
    }

    /// Connects a member of the group, of the user `uid`.
    func member(_ uid: UInt32) throws -> RawClient {
        try client(Peer(uid: uid, gid: uid, pid: 1, access: .reading))
    }

    /// Connects a client.
    func client(_ peer: Peer) throws -> RawClient {
        var ends: [Int32] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else {
            throw ClientError.connectionLost
        }
        let descriptor = FileDescriptor(owning: ends[0])
        descriptor.setNonBlocking()
        server.admit(descriptor, peer)
        return RawClient(owning: ends[1])
    }

    func connected(_ client: ClientID, peer: Peer) {
        peers[client] = peer
        wake()
    }

    func called(_ client: ClientID, _ call: IncomingCall) {
        calls.append((client, call))
        onCall(server, client, call)
        wake()
    }

    func drained(_ client: ClientID) {
        drains += 1
        onDrain(server, client)
        wake()
    }

    func disconnected(_ client: ClientID, reason: DisconnectReason) {
        ends.append((client, reason))
        wake()
    }

    func log(_ notice: ControlServerNotice) {
        notices.append(notice)
        wake()
    }

    /// Waits until `condition` holds; it is looked at after every event. An hour without it is a
    /// failure: other tests may hold all threads for a while.
    func until(_ condition: @escaping () -> Bool, sourceLocation: SourceLocation = #_sourceLocation) async {
        guard !condition() else { return }
        let timer = MainQueueTimer { [weak self] in
            Issue.record("what was waited for did not happen", sourceLocation: sourceLocation)
            self?.giveUp()
        }
        timer.schedule(after: .seconds(3600))
        await withCheckedContinuation { waiters.append((condition, $0)) }
        timer.cancel()
    }

    private func giveUp() {
        for waiter in waiters { waiter.continuation.resume() }
        waiters = []
    }

    private func wake() {
        let ready = waiters.filter { $0.condition() }
        waiters.removeAll { $0.condition() }
        for waiter in ready { waiter.continuation.resume() }
    }

    static let status = StatusReply(
        version: "0.1-test", kernelInterface: "simulated", protectsTraffic: false, configuration: "", settled: true,
        state: "", associations: 0, policies: 0, ownedAssociations: 0, ownedPolicies: 0, foreignAssociations: 0,
        foreignPolicies: 0, drifted: 0, expired: 0, drift: "repair", overruns: 0, uptimeSeconds: 0,
        pid: 0, clients: 0)

    static func temporaryDirectory() -> String {
        var template = Array("/tmp/setkeyd-test-XXXXXX".utf8CString)
        _ = unsafe mkdtemp(&template)
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Runs `body`, which blocks, beside the main actor.
nonisolated func offMain<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
    }
}

extension ControlServerLimits {
    /// Limits whose times never run out, however busy the machine is.
    static var patient: ControlServerLimits {
        var limits = ControlServerLimits()
        limits.patience = .seconds(3600)
        limits.idlePatience = .seconds(3600)
        return limits
    }
}

/// A client that sends any bytes.
nonisolated final class RawClient: Sendable {
    let descriptor: Int32

    /// Takes over a socket that is connected.
    init(owning descriptor: Int32) {
        self.descriptor = descriptor
        // No test hangs on an answer that does not come.
        var patience = timeval(tv_sec: 3600, tv_usec: 0)
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    convenience init(path: String) throws {
        self.init(owning: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
        guard let address = UnixAddress(path: path), address.connect(descriptor) == 0 else {
            throw ClientError.connectionLost
        }
    }

    deinit {
        close(descriptor)
    }

    /// Sends all of `text` and, unless `isWhole` is false, the NUL.
    func send(_ text: String, isWhole: Bool = true) {
        send(Array(text.utf8) + (isWhole ? [0] : []))
    }

    /// Sends all of `bytes`, or what the other end takes before it closes.
    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Closes the sending side.
    func shutDown() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Everything that comes until the other end closes, cut into frames.
    func framesToTheEnd() throws -> [String] {
        try frames(.max)
    }

    /// The next `count` frames, fewer if the other end closes, or says nothing for a minute.
    func frames(_ count: Int) throws -> [String] {
        var reader = FrameReader(maximumFrame: 64 << 20)
        var frames: [String] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while frames.count < count {
            let length = unsafe recv(descriptor, &buffer, buffer.count, 0)
            guard length > 0 else { return frames }
            reader.append(buffer[..<length])
            while let frame = try reader.next() { frames.append(String(decoding: frame, as: UTF8.self)) }
        }
        return frames
    }
}
