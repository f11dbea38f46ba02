import Glibc
import Testing

/// Clients that mean harm, or read nothing: the daemon lives on, stays small, and serves the others.
@Suite struct HostileClientTests {
    /// A connection that sends what it is told to and reads nothing.
    private final class RawClient {
        private let descriptor: Int32

        init(_ path: String) throws {
            descriptor = privateDescriptor { socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) }
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
            let result = unsafe withUnsafePointer(to: address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            guard result == 0 else { throw ChildProcess.Failed(description: "connect: errno \(errno)") }
        }

        deinit { close(descriptor) }

        /// Sends as much as the socket takes at once.
        func send(_ bytes: [UInt8]) {
            _ = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
            }
        }

        func send(_ text: String) { send(Array(text.utf8)) }

        /// Reads until a whole reply or the end of the connection is there.
        func readReply() throws -> String {
            var reply: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65536)
            while reply.last != 0 {
                var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard unsafe poll(&entry, 1, 30_000) == 1 else { throw ChildProcess.Failed(description: "no reply") }
                let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { break }
                reply += buffer[..<count]
            }
            return String(decoding: reply, as: UTF8.self)
        }
    }

    private func residentKilobytes(_ process: ChildProcess) throws -> Int {
        let grep = try ChildProcess("/bin/grep", ["VmRSS", "/proc/\(process.pid)/status"])
        _ = try grep.wait()
        return try #require(Int(grep.outputText.filter(\.isNumber)))
    }

    private static let status = #"{"method":"org.setkeyd.Status","parameters":{}}"# + "\0"
    private static let monitor = #"{"method":"org.setkeyd.Monitor","parameters":{"raw":true},"more":true}"# + "\0"

    @Test(arguments: [
        "this is no JSON\0", "{}\0", "[1,2]\0", #"{"method":7}"# + "\0", "\0\0\0",
        #"{"method":"org.setkeyd.Execute","parameters":{"text":5}}"# + "\0",
        #"{"method":"org.setkeyd.Nothing"}"# + "\0", #"{"method":"org.nothing.At.All"}"# + "\0",
        #"{"method":"org.setkeyd.Render","parameters":{"database":"x"}}"# + "\0",
    ])
    func anAnswerIsAnErrorAndTheNextClientIsServed(frame: String) throws {
        let daemon = try TestDaemon()
        let client = try RawClient(daemon.socket)
        client.send(frame)
        #expect(try client.readReply().contains("\"error\""))
        #expect(try daemon.setkey("--status").status == 0)
    }

    @Test func floodsOfEveryKindCostLittleMemoryAndNobodyElsesService() throws {
        let daemon = try TestDaemon()
        try daemon.load("add 10.0.0.1 10.0.0.2 esp 4096 -E null;")
        let before = try residentKilobytes(daemon.process)
        // Half frames, a frame without an end, nesting without an end, monitors and dumps that nobody reads.
        var clients: [RawClient] = []
        for number in 0..<200 {
            let client = try RawClient(daemon.socket)
            switch number % 4 {
            case 0: client.send(#"{"method":"org.setk"#)
            case 1: client.send([UInt8](repeating: UInt8(ascii: "["), count: 200_000))
            case 2: client.send(Self.monitor)
            default: client.send(String(repeating: Self.status, count: 400))
            }
            clients.append(client)
        }
        let statements = (0..<5000).map { "add 10.0.0.1 10.0.0.3 esp \(5000 + $0) -E null;" }.joined(separator: "\n")
        try daemon.load(statements)
        #expect(try daemon.setkey("-D").output.contains("spi=9999(0x0000270f)"))
        let growth = try residentKilobytes(daemon.process) - before
        // 50 monitors that do not read may hold 4 MiB each before they are cut off; everything else is little.
        #expect(growth < 50 * 4 * 1024 + 100 * 1024, "grew by \(growth) KiB")
        clients.removeAll()
        #expect(try daemon.setkey("--status").status == 0)
    }
}
