import Glibc
import IPsec
import TextBytes

/// `--serve-stdio`: carries the frames of a client on the standard input and output to the daemon and back, so that whoever
/// can run a program here, by ssh say, can call it with the rights that he has here.
struct StdioBridge {
    /// As much as a pipe takes at once where it takes anything (pipe(7), PIPE_BUF).
    private static let pieceByteCount = 4096

    private let socket: ClientSocket
    /// What the daemon is to get.
    private var calls: [UInt8] = []
    /// What the client is to get.
    private var replies: [UInt8] = []
    private var hasInput = true
    private var hasReplies = true

    static func run(socket path: String) throws(ClientFailure) {
        do throws(ClientError) {
            var bridge = StdioBridge(try ClientSocket.connect(toDaemonAt: path, prefersPrivileged: true))
            while bridge.hasReplies || !bridge.replies.isEmpty { try bridge.turn() }
        } catch {
            throw ClientFailure(error)
        }
    }

    private init(_ socket: ClientSocket) {
        self.socket = socket
    }

    /// Waits for what can be done, and does it. Nothing is read while there is something to be written in its way; that nobody
    /// reads the output any more is told at any time (poll(2), POLLERR).
    private mutating func turn() throws(ClientError) {
        let wantsInput = hasInput && calls.isEmpty
        let wantsReplies = hasReplies && replies.isEmpty
        let onSocket = (wantsReplies ? POLLIN : 0) | (calls.isEmpty ? 0 : POLLOUT)
        let states = try poll([
            (wantsInput ? STDIN_FILENO : -1, POLLIN), (onSocket == 0 ? -1 : socket.rawValue, onSocket),
            (STDOUT_FILENO, replies.isEmpty ? 0 : POLLOUT),
        ])
        if states[0] != 0 { try takeCalls() }
        if states[1] & ~POLLOUT != 0, wantsReplies { try takeReplies() }
        if !calls.isEmpty, states[1] & POLLOUT != 0 { try sendCalls() }
        if replies.isEmpty, states[2] & (POLLERR | POLLHUP) != 0 { hasReplies = false }
        if !replies.isEmpty, states[2] != 0 { try sendReplies() }
    }

    private func poll(_ wishes: [(Int32, Int32)]) throws(ClientError) -> [Int32] {
        let entries = wishes.map { pollfd(fd: $0.0, events: Int16($0.1), revents: 0) }
        do throws(KernelErrno) {
            return try SystemCalls.poll(entries).map { Int32($0.revents) }
        } catch {
            guard error.rawValue == EINTR else { throw .system(operation: "poll", errno: error.rawValue) }
            return wishes.map { _ in 0 }
        }
    }

    /// At the end of the input the daemon is told that no call will follow; it closes then.
    private mutating func takeCalls() throws(ClientError) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        do throws(KernelErrno) {
            let count = try SystemCalls.read(STDIN_FILENO, into: &buffer)
            calls = Array(buffer[..<count])
        } catch {
            guard error.rawValue != EINTR, error.rawValue != EAGAIN else { return }
            throw .system(operation: "read", errno: error.rawValue)
        }
        guard calls.isEmpty else { return }
        hasInput = false
        shutdown(socket.rawValue, Int32(SHUT_WR))
    }

    private mutating func takeReplies() throws(ClientError) {
        var received: [UInt8] = []
        var count: Int?
        try received.append(addingCapacity: 1 << 16) { output throws(ClientError) in
            count = try socket.receive(into: &output, waiting: false)
        }
        replies += received
        hasReplies = count != 0
    }

    private mutating func sendCalls() throws(ClientError) {
        switch try socket.send(calls[...]) {
        case .sent(let count): calls.removeFirst(count)
        case .wouldBlock: break
        // It may have said why: that is still to be read.
        case .closed: (calls, hasInput) = ([], false)
        }
    }

    private mutating func sendReplies() throws(ClientError) {
        do throws(KernelErrno) {
            let count = min(replies.count, Self.pieceByteCount)
            let written = try SystemCalls.write(replies.span.extracting(..<count), to: STDOUT_FILENO)
            replies.removeFirst(written)
        } catch {
            switch error.rawValue {
            case EINTR, EAGAIN: break
            // Nobody is there to be answered any more.
            case EPIPE, ECONNRESET: (replies, hasReplies) = ([], false)
            default: throw .system(operation: "write", errno: error.rawValue)
            }
        }
    }
}
