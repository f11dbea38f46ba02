import Dispatch
import Glibc
import SetkeyCore
import Testing

@testable import SetkeyDaemon

/// A log that nobody reads.
@Suite struct LogOutputTests {
    @Test func whatDoesNotFitIsDroppedAndCounted() async throws {
        let pipe = try FullPipe()
        let output = LogOutput(descriptor: pipe.write.rawValue, journal: nil, queueLimit: 100)
        let log = Log(output: output)
        for _ in 0..<5 {
            log.append(LogEntry(.info, String(repeating: "a", count: 40)))
            log.flush()
        }
        let text = try await offMain { pipe.read(until: "fast enough\n") }
        #expect(text.split(separator: "\n").count == 3, "\(text)")
        #expect(text.hasSuffix("setkeyd: 3 log entries were dropped: the log was not read fast enough\n"), "\(text)")
    }

    @Test func theEndDoesNotWaitForIt() async throws {
        let pipe = try FullPipe()
        let output = LogOutput(descriptor: pipe.write.rawValue, journal: nil, queueLimit: 100)
        output.enqueue([LogEntry(.info, "a")], byteCount: 1)
        output.finish(within: .milliseconds(1))
        #expect(fcntl(pipe.write.rawValue, F_GETFL) & O_NONBLOCK == 0)
        // The thread still writes: the pipe must not go before it is done.
        #expect(try await offMain { pipe.read(until: "a\n") } == "setkeyd: a\n")
        output.finish(within: .seconds(60))
    }

    @Test func aWorkThatHangsIsNotWaitedForPastTheLimit() {
        let thread = WorkerThread()
        let gate = DispatchSemaphore(value: 0)
        thread.run { gate.wait() }
        #expect(!thread.finish(within: .milliseconds(1)))
        gate.signal()
        #expect(thread.finish(within: .seconds(60)))
    }
}

/// A pipe with no room left.
private nonisolated struct FullPipe: Sendable {
    private let reader: FileDescriptor
    let write: FileDescriptor
    private let filler: Int

    init() throws {
        var ends: [Int32] = [-1, -1]
        try #require(unsafe pipe(&ends) == 0)
        (reader, write) = (FileDescriptor(owning: ends[0]), FileDescriptor(owning: ends[1]))
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        let bytes = [UInt8](repeating: 46, count: 4096)
        var count = 0
        while unsafe Glibc.write(ends[1], bytes, bytes.count) == bytes.count { count += bytes.count }
        _ = fcntl(ends[1], F_SETFL, 0)
        filler = count
    }

    /// What follows the filler, to `end`.
    func read(until end: String) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !String(decoding: bytes.dropFirst(filler), as: UTF8.self).hasSuffix(end) {
            let count = unsafe Glibc.read(reader.rawValue, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes.dropFirst(filler), as: UTF8.self)
    }
}
