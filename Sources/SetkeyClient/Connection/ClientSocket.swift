import ControlProtocol
import Glibc
import IPsec

/// The client's end of a Unix stream socket.
final class ClientSocket {
    let rawValue: Int32

    /// What sending came to.
    enum Sending {
        case sent(Int)
        /// The socket is full.
        case wouldBlock
        /// The other end is closed.
        case closed
    }

    /// Connects to the daemon whose control socket is at `path`: by the socket beside it that others cannot crowd, where
    /// there is one and we may use it.
    static func connect(toDaemonAt path: String) throws(ClientError) -> ClientSocket {
        if let socket = try? ClientSocket(path: PrivilegedSocket.path(beside: path)) { return socket }
        return try ClientSocket(path: path)
    }

    /// Connects to `path`.
    init(path: String) throws(ClientError) {
        guard let address = UnixAddress(path: path) else { throw .unusablePath(path) }
        rawValue = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard rawValue >= 0 else { throw .system(operation: "socket", errno: errno) }
        _ = fcntl(rawValue, F_SETFD, FD_CLOEXEC)
        while address.connect(rawValue) != 0 {
            guard errno == EINTR else { throw ClientError(connecting: path, errno: errno) }
        }
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
        while true {
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
