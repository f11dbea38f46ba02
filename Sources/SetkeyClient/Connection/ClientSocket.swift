import ControlProtocol
import Glibc
import IPsec

/// The client's end of a Unix stream socket.
final class ClientSocket {
    let rawValue: Int32
    /// The program that is at its other end, if it is one that we have started.
    private let program: RemoteProgram?
    /// How long the other end may say nothing while it is waited for; `nil` for ever.
    private let patience: Duration?

    /// What sending came to.
    enum Sending {
        case sent(Int)
        /// The socket is full.
        case wouldBlock
        /// The other end is closed.
        case closed
    }

    /// Connects to the daemon whose control socket is at `path`: if `prefersPrivileged`, by the socket beside it that others
    /// cannot crowd, where there is one and we may use it.
    static func connect(
        toDaemonAt path: String, prefersPrivileged: Bool, patience: Duration? = nil
    ) throws(ClientError) -> ClientSocket {
        if prefersPrivileged,
            let socket = try? ClientSocket(path: PrivilegedSocket.path(beside: path), patience: patience)
        {
            return socket
        }
        return try ClientSocket(path: path, patience: patience)
    }

    /// Connects to `path`.
    init(path: String, patience: Duration? = nil) throws(ClientError) {
        guard let address = UnixAddress(path: path) else { throw .unusablePath(path) }
        (program, self.patience) = (nil, patience)
        rawValue = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard rawValue >= 0 else { throw .system(operation: "socket", errno: errno) }
        _ = fcntl(rawValue, F_SETFD, FD_CLOEXEC)
        while address.connect(rawValue) != 0 {
            guard errno == EINTR else { throw ClientError(connecting: path, errno: errno) }
        }
    }

    /// Is connected with the standard input and output of `program`.
    init(of program: RemoteProgram, patience: Duration) {
        (rawValue, self.program, self.patience) = (program.socket, program, patience)
    }

    deinit {
        if rawValue >= 0 { close(rawValue) }
    }

    /// Sends what the socket takes of `bytes` at once.
    func send(_ bytes: ArraySlice<UInt8>) throws(ClientError) -> Sending {
        while true {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(rawValue, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count >= 0 { return .sent(count) }
            switch errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK: return .wouldBlock
            case EPIPE, ECONNRESET: return .closed
            case let number: throw .system(operation: "send", errno: number)
            }
        }
    }

    /// Reads as much as `output` has room for.
    ///
    /// - Returns: How many bytes came; 0 at the end; `nil` if there is nothing yet and `waiting` is not set.
    func receive(into output: inout OutputSpan<UInt8>, waiting: Bool) throws(ClientError) -> Int? {
        let deadline = patience.map { ContinuousClock.now + $0 }
        while true {
            if waiting { try waitForOutput(until: deadline) }
            let count = unsafe output.withUnsafeMutableBufferPointer { bytes, used in
                let room = unsafe UnsafeMutableBufferPointer(rebasing: bytes[used...])
                let count = unsafe recv(rawValue, room.baseAddress, room.count, waiting ? 0 : Int32(MSG_DONTWAIT))
                used += max(count, 0)
                return count
            }
            if count >= 0 { return count }
            switch errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK: return nil
            case ECONNRESET: return 0
            case let number: throw .system(operation: "recv", errno: number)
            }
        }
    }

    /// Waits until there is something to read from whoever must not be silent for long; a program may have something to say
    /// beside it.
    private func waitForOutput(until deadline: ContinuousClock.Instant?) throws(ClientError) {
        guard let patience, let deadline else { return }
        while true {
            do throws(KernelErrno) {
                let isReady =
                    if let program {
                        try program.waitForOutput(until: deadline)
                    } else {
                        try SystemCalls.wait(for: POLLIN, on: rawValue, until: deadline)
                    }
                if isReady { return }
            } catch {
                guard error.rawValue == EINTR else { throw .system(operation: "poll", errno: error.rawValue) }
                continue
            }
            throw .silent(patience)
        }
    }

    /// Waits until there is something to read, or room to write.
    func waitUntilReadableOrWritable() throws(ClientError) {
        while true {
            do throws(KernelErrno) {
                return try SystemCalls.wait(for: POLLIN | POLLOUT, on: rawValue)
            } catch {
                guard error.rawValue == EINTR else { throw .system(operation: "poll", errno: error.rawValue) }
            }
        }
    }
}
