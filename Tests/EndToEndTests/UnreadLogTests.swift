import Glibc
import Testing

/// A daemon whose stderr is a pipe that nobody reads.
struct UnreadLogTests {
    @Test func aFullPipeStopsNeitherTheServiceNorTheEnd() throws {
        let daemon = try daemonWithUnreadLog()
        #expect(try daemon.setkey("--status").status == 0)
        kill(daemon.process.pid, SIGTERM)
        while try !daemon.process.hasEnded(waiting: true) {}
        #expect(try daemon.process.wait() == .exited(0))
    }

    @Test func whatIsDroppedIsSaidOnceTheLogIsReadAgain() throws {
        let daemon = try daemonWithUnreadLog()
        try daemon.process.read { $0.errorBytes.count > 1 << 20 }
        try daemon.process.read { $0.errorText.contains("dropped: the log was not read fast enough") }
    }

    /// It has said more than a pipe holds and the daemon keeps together.
    private func daemonWithUnreadLog() throws -> TestDaemon {
        let daemon = try TestDaemon()
        let statements = (0..<100).map { "wrong\($0) statement \(String(repeating: "x", count: 60));\n" }
        try daemon.directory.write("setkey.conf", statements.joined())
        for _ in 0..<80 {
            try #require(try daemon.setkey("--reload").status == 1)
            // What nobody takes from the readiness socket would fill that instead.
            try #require(try daemon.isReady())
        }
        return daemon
    }
}
