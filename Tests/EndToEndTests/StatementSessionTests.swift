import Glibc
import Testing

/// `setkey -c` on a terminal, and on a pipe that stays open.
@Suite struct StatementSessionTests {
    private let add = "add 10.0.0.1 10.0.0.2 esp 0x1001 -E null;"

    private func start(_ flags: String, _ daemon: TestDaemon) throws -> (PseudoTerminal, ChildProcess) {
        let terminal = try PseudoTerminal(width: 100, height: 24)
        let session = try daemon.start(flags, on: terminal, extra: ["TERM": "dumb"])
        return (terminal, session)
    }

    /// Types when the prompt is there, and waits for what is said to it.
    private func type(_ line: String, _ session: ChildProcess, _ terminal: PseudoTerminal, until text: String) throws {
        let start = session.outputBytes.count
        try terminal.type("\(line)\n")
        try session.read { String(decoding: $0.outputBytes[start...], as: UTF8.self).contains(text) }
    }

    @Test func eachStatementIsRunAtItsSemicolon() throws {
        let daemon = try TestDaemon()
        let (terminal, session) = try start("-c", daemon)
        try session.read { $0.outputText.hasSuffix("setkey> ") }
        try type("dump;", session, terminal, until: "No SAD entries.\r\nsetkey> ")
        try type("add 10.0.0.1 10.0.0.2 # begun", session, terminal, until: "      > ")
        #expect(try daemon.setkey("-D").output == "No SAD entries.\n")
        try type("esp 0x1001 -E null; dump", session, terminal, until: "      > ")
        #expect(try daemon.setkey("-D").output.contains("spi=4097("))
        try type(";", session, terminal, until: "spi=4097(")
        try session.read { $0.outputText.hasSuffix("setkey> ") }
        try terminal.type("exit\n")
        #expect(try session.wait() == .exited(0), "\(session.outputText)")
    }

    @Test func errorIsReportedAtItsPlaceAndTheSessionGoesOn() throws {
        let daemon = try TestDaemon()
        try daemon.load(add)
        let (terminal, session) = try start("-c", daemon)
        try session.read { $0.outputText.hasSuffix("setkey> ") }
        try type("dupm;", session, terminal, until: "did you mean 'dump'?")
        #expect(session.outputText.contains("<stdin>:1:1: error: "), "\(session.outputText)")
        try type("flush ah; spdflush; \(add)", session, terminal, until: "delete it first\r\nsetkey> ")
        #expect(session.outputText.contains("<stdin>:2:21: error: add esp"), "\(session.outputText)")
        try type("dump; delete", session, terminal, until: "spi=4097(")
        try type("10.0.0.1 x;", session, terminal, until: "^")
        #expect(session.outputText.contains("<stdin>:4:10: error: "), "\(session.outputText)")
        try terminal.type("quit;\n")
        #expect(try session.wait() == .exited(1), "\(session.outputText)")
    }

    @Test func endOfTheInputEndsTheSessionWithWhatIsComplete() throws {
        let daemon = try TestDaemon()
        let (terminal, session) = try start("-c", daemon)
        try session.read { $0.outputText.hasSuffix("setkey> ") }
        try terminal.type("\(add)\n\u{4}")
        #expect(try session.wait() == .exited(0), "\(session.outputText)")
        #expect(try daemon.setkey("-D").output.contains("spi=4097("))
    }

    @Test func statementWithoutItsSemicolonIsAnErrorAtTheEnd() throws {
        let daemon = try TestDaemon()
        let (terminal, session) = try start("-c", daemon)
        try session.read { $0.outputText.hasSuffix("setkey> ") }
        try type("flush", session, terminal, until: "      > ")
        try terminal.type("\u{4}")
        #expect(try session.wait() == .exited(1), "\(session.outputText)")
        #expect(session.outputText.contains("';' is missing"))
    }

    @Test func sessionOutlivesTheDaemonAndFindsTheNextOne() throws {
        let daemon = try TestDaemon()
        let (terminal, session) = try start("-c", daemon)
        try session.read { $0.outputText.hasSuffix("setkey> ") }
        kill(daemon.process.pid, SIGTERM)
        _ = try daemon.process.wait()
        try type("dump;", session, terminal, until: "cannot reach the daemon")
        try session.read { $0.outputText.hasSuffix("setkey> ") }
        let file = try daemon.directory.write("next.conf", "")
        let next = try TestDaemon(in: daemon.directory, Programs.setkeyd) { socket, state in
            ["--kernel", "simulated", "--socket", socket, "--state-directory", state, "--config", file]
        }
        try #require(try next.isReady(), "\(next.process.errorText)")
        try type("dump;", session, terminal, until: "No SAD entries.")
        try terminal.type("\u{4}")
        #expect(try session.wait() == .exited(3), "\(session.outputText)")
    }

    @Test func atomicInputIsReadToItsEndOnATerminalToo() throws {
        let daemon = try TestDaemon()
        let (terminal, session) = try start("--atomic -c", daemon)
        try session.read { $0.outputText.contains("then exit or Ctrl-D; they are then run, all or nothing\r\n") }
        try terminal.type("\(add)\n\(add)\n\u{4}")
        #expect(try session.wait() == .exited(1), "\(session.outputText)")
        #expect(session.outputText.contains("<stdin>:2:1: error: ") && !session.outputText.contains("setkey> "))
        #expect(try daemon.setkey("-D").output == "No SAD entries.\n")
    }

    @Test(arguments: ["--atomic -c", "-n -c", "-d -c", "--plan -f -"])
    func exitAloneOnItsLineEndsWhatIsReadToItsEnd(flags: String) throws {
        let daemon = try TestDaemon()
        let (terminal, session) = try start(flags, daemon)
        try session.read { $0.outputText.contains("type statements, then exit or Ctrl-D") }
        try terminal.type("\(add)\nexit\n")
        #expect(try session.wait() == .exited(flags.hasPrefix("--plan") ? 10 : 0), "\(session.outputText)")
        #expect(try daemon.setkey("-D").output.contains("spi=4097(") == flags.hasPrefix("--atomic"))
    }

    @Test(arguments: ["exit", "exit\n", "quit # done\n", "flush; bye"])
    func endWordNeedsNoSemicolonAtTheEndOfItsLine(text: String) throws {
        let daemon = try TestDaemon()
        for flags in ["-c", "-f -", "--atomic -c", "-n -c"] {
            let outcome = try daemon.setkey(flags, input: text)
            #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(flags): \(outcome.errors)")
        }
        let open = try daemon.start("-c")
        try open.send(Array("\(add)\nexit\n".utf8), closing: false)
        #expect(try open.wait() == .exited(0), "\(open.errorText)")
        #expect(try daemon.setkey("-D").output.contains("spi=4097("))
        // What is no statement of its own is still an error.
        #expect(try daemon.setkey("-c", input: "flush exit").status == 1)
    }

    @Test(arguments: ["exit", "quit", "bye"]) func endWordEndsAPipeThatStaysOpen(word: String) throws {
        let daemon = try TestDaemon()
        let run = try daemon.start("-c")
        try run.send(Array("\(add)\n\(word) ;\nwhat follows is not read;".utf8), closing: false)
        #expect(try run.wait() == .exited(0), "\(run.errorText)")
        #expect(run.outputText.isEmpty && run.errorText.isEmpty, "\(run.outputText)\(run.errorText)")
        #expect(try daemon.setkey("-D").output.contains("spi=4097("))
    }

    @Test func textBeforeAnEndWordIsStillAllOrNothing() throws {
        let daemon = try TestDaemon()
        let run = try daemon.start("-c")
        try run.send(Array("\(add)\nflsh;\nexit;\n".utf8), closing: false)
        #expect(try run.wait() == .exited(1), "\(run.errorText)")
        #expect(run.errorText.hasPrefix("<stdin>:2:1: error: "), "\(run.errorText)")
        #expect(try daemon.setkey("-D").output == "No SAD entries.\n")
    }
}
