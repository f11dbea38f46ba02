import Glibc
import Testing

/// A daemon whose service manager reads nothing of what it is told.
struct UnreadNotificationsTests {
    @Test func aManagerThatReadsNothingStopsNeitherTheServiceNorTheEnd() throws {
        let daemon = try TestDaemon()
        // More than the socket takes: each reload tells of its beginning and of its end.
        for _ in 0..<40 { try #require(try daemon.setkey("--reload").status == 0) }
        // What came last is told once it reads again.
        try daemon.directory.write("setkey.conf", "add 192.0.2.1 192.0.2.2 esp 0x1001 -E null;")
        try #require(try daemon.setkey("--reload").status == 0)
        #expect(try daemon.notification(containing: "settled: 1 SA").contains("READY=1"))
        kill(daemon.process.pid, SIGTERM)
        while try !daemon.process.hasEnded(waiting: true) {}
        #expect(try daemon.process.wait() == .exited(0))
    }
}
