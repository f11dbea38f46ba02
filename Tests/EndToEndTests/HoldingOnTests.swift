import Glibc
import Testing

/// `setkey -x` and `-l` while the daemon stops and comes back.
@Suite struct HoldingOnTests {
    private static let gone = "setkey: setkeyd stopped, or closed the connection; waiting for it to come back\n"
    private static let back = "setkey: setkeyd is back; what happened in between is not shown\n"
    private static let gap = #"{"error":"org.setkeyd.Stopping","parameters":{}}"#

    /// Lets `watch` show something that happens now.
    private func provoke(_ watch: ChildProcess, by daemon: TestDaemon) throws {
        let before = watch.outputBytes.count
        for number in 0..<100 {
            try daemon.load("add 10.9.9.9 10.9.9.9 esp \(8192 + number) -E null;")
            if (try? watch.read(until: { $0.outputBytes.count > before }, within: .milliseconds(300))) != nil { return }
        }
        Issue.record("nothing is shown: \(watch.errorText)")
    }

    @Test(arguments: ["-x", "-x --brief", "-l", "-lP"], [SIGTERM, SIGKILL])
    func watchingGoesOnWhenTheDaemonIsBack(flags: String, signal: Int32) throws {
        let daemon = try TestDaemon()
        let watch = try daemon.start(flags)
        try provoke(watch, by: daemon)
        try daemon.end(by: signal)
        try watch.read { $0.errorText == Self.gone }
        let successor = try TestDaemon(after: daemon)
        try watch.read { $0.errorText == Self.gone + Self.back }
        if flags != "-lP" { try provoke(watch, by: successor) }
        try successor.end(by: signal)
        try watch.read { $0.errorText == Self.gone + Self.back + Self.gone }
        kill(watch.pid, SIGINT)
        #expect(try watch.wait() == .killed(signal: SIGINT))
    }

    @Test func eventsHaveAnObjectForTheGap() throws {
        let daemon = try TestDaemon()
        let watch = try daemon.start("-x --json")
        try watch.read { $0.outputText.contains("listening") }
        try daemon.end(by: SIGTERM)
        try watch.read { $0.outputText.contains(Self.gap) }
        let successor = try TestDaemon(after: daemon)
        try watch.read { $0.errorText.hasSuffix(Self.back) && $0.outputText.split(separator: "\n").count == 3 }
        let lines = watch.outputText.split(separator: "\n")
        #expect(lines[1] == Self.gap)
        #expect(lines[2].contains(#""event":"listening""#))
        try successor.end(by: SIGTERM)
    }

    @Test func documentsOfALiveListAreWholeAroundTheGap() throws {
        let daemon = try TestDaemon()
        try daemon.load("add 10.0.0.1 10.0.0.2 esp 0x1001 -E null;")
        let watch = try daemon.start("-l --json")
        try watch.read { $0.outputText.contains("\n") }
        try daemon.end(by: SIGKILL)
        try watch.read { $0.outputText.contains(Self.gap) }
        let successor = try TestDaemon(after: daemon)
        try watch.read { $0.outputText.contains(#"{"associations":[]"#) && $0.outputText.hasSuffix("\n") }
        let lines = watch.outputText.split(separator: "\n")
        let index = try #require(lines.firstIndex { $0 == Self.gap })
        #expect(lines[..<index].allSatisfy { $0.hasPrefix(#"{"associations":[{"#) && $0.hasSuffix("}") })
        #expect(lines[(index + 1)...].allSatisfy { $0.hasPrefix(#"{"associations":[]"#) && $0.hasSuffix("}") })
        try successor.end(by: SIGTERM)
    }

    @Test func aTerminalShowsItInPlaceOfTheTable() throws {
        let daemon = try TestDaemon()
        try daemon.load("add 10.0.0.1 10.0.0.2 esp 0x1001 -E null;")
        let terminal = try PseudoTerminal(width: 90, height: 10)
        let watch = try daemon.start("-l", on: terminal, extra: ["NO_COLOR": "1", "TERM": "xterm"])
        try watch.read { $0.outputText.contains("0x00001001") }
        try daemon.end(by: SIGTERM)
        try watch.read { $0.outputText.contains("\u{1b}[Hsetkeyd stopped, or closed the connection; ") }
        let successor = try TestDaemon(after: daemon)
        try watch.read { $0.outputText.contains("no SAs") }
        kill(watch.pid, SIGINT)
        try watch.read { $0.outputText.hasSuffix("\u{1b}[?25h\u{1b}[?1049l") }
        try successor.end(by: SIGTERM)
    }

    @Test(arguments: ["-x", "-l --json"])
    func aReaderThatGoesEndsTheWaiting(flags: String) throws {
        let daemon = try TestDaemon()
        let watch = try daemon.start(flags)
        try provoke(watch, by: daemon)
        try daemon.end(by: SIGTERM)
        try watch.read { $0.errorText == Self.gone }
        watch.closeOutput()
        #expect(try watch.wait() == .exited(1))
        #expect(watch.errorText == Self.gone)
    }

    /// Of a stopped service the service manager has only the socket of root open; what connects to it starts the service.
    @Test func aRefusalEndsIt_andTheSocketOfRootIsNotTried() throws {
        let daemon = try TestDaemon()
        let watch = try daemon.start("-x")
        try provoke(watch, by: daemon)
        try daemon.end(by: SIGTERM)
        try watch.read { $0.errorText == Self.gone }
        let ofRoot = try BrokenServer(path: "\(daemon.socket).root", answer: "{}")
        let server = try BrokenServer(
            path: daemon.socket, answer: #"{"error":"org.setkeyd.Busy","parameters":{"reason":"64 clients"}}"#)
        // A daemon that goes at once is none.
        try server.answerOneCall(#"{"error":"org.setkeyd.Stopping","parameters":{}}"#)
        try server.answerOneCall()
        #expect(try watch.wait() == .exited(1))
        #expect(watch.errorText == Self.gone + "setkey: 64 clients\n")
        #expect(!ofRoot.hasCaller)
    }

    @Test func oneTableIsNotWaitedFor() throws {
        let directory = try TestDirectory()
        let server = try BrokenServer(path: "\(directory.path)/control.sock", answer: "")
        let watch = try ChildProcess(Programs.setkey, ["-l", "--once", "--socket", server.path])
        try server.answerOneCall(#"{"error":"org.setkeyd.Stopping","parameters":{}}"#)
        try server.answerOneCall(#"{"error":"org.setkeyd.Stopping","parameters":{}}"#)
        #expect(try watch.wait() == .exited(3))
    }
}
