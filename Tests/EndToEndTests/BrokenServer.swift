import Glibc

/// A daemon of another version, or none at all: it answers one call on a connection, whatever that asks, and closes it.
final class BrokenServer {
    let path: String
    private let answer: String
    private let listener: Int32

    init(path: String, answer: String) throws {
        self.path = path
        self.answer = answer
        listener = privateDescriptor { socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) }
        guard bindUnixSocket(listener, path: path), listen(listener, 1) == 0 else {
            throw ChildProcess.Failed(description: "no listening socket: errno \(errno)")
        }
    }

    deinit { close(listener) }

    /// Whether somebody has connected and waits.
    var hasCaller: Bool {
        var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) == 1
    }

    /// - Parameter other: the answer, if it is another one than usual.
    func answerOneCall(_ other: String? = nil) throws {
        let connection = try takeOneCall()
        defer { close(connection) }
        let reply = Array((other ?? answer).utf8) + [0]
        _ = unsafe send(connection, reply, reply.count, Int32(MSG_NOSIGNAL))
    }

    /// Closes a connection without an answer, as a daemon does that is killed.
    func dropOneCall() throws {
        close(try takeOneCall())
    }

    private func takeOneCall() throws -> Int32 {
        var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&entry, 1, 30_000) == 1 else { throw ChildProcess.Failed(description: "nobody calls") }
        let connection = privateDescriptor { accept(listener, nil, nil) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        var call: [UInt8] = []
        while call.last != 0 {
            let count = unsafe recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else {
                close(connection)
                throw ChildProcess.Failed(description: "half a call")
            }
            call += buffer[..<count]
        }
        return connection
    }
}
