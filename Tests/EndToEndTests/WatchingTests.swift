import Glibc
import Testing

/// `setkey -x` and `-l`: what shows until it is stopped.
@Suite struct WatchingTests {
    private let add = "add 10.0.0.1 10.0.0.2 esp 0x1001 -lh 3600 -ls 3000 -E aes-cbc \"secretsecretsecr\";"

    /// Makes changes until the monitor shows the first of them: from then on it misses none.
    private func provoke(_ monitor: ChildProcess, by daemon: TestDaemon) throws {
        for number in 0..<100 {
            try daemon.load("add 10.9.9.9 10.9.9.9 esp \(8192 + number) -E null;")
            if (try? monitor.read(until: { $0.outputText.contains("\n\n") }, within: .milliseconds(300))) != nil {
                return
            }
        }
        Issue.record("no change is shown: \(monitor.errorText)")
    }

    @Test func monitorShowsTheMessageUnderItsMoment() throws {
        let daemon = try TestDaemon()
        let monitor = try daemon.start("-x")
        try provoke(monitor, by: daemon)
        try daemon.load(add)
        try monitor.read { $0.outputText.contains("spi=4097 ") && $0.outputText.hasSuffix("\n\n") }
        let lines = monitor.outputText.split(separator: "\n").map(String.init)
        #expect(lines[0].wholeMatch(of: #/\d\d:\d\d:\d\d\.\d{6} \w.*/#) != nil, "\(lines[0])")
        #expect(lines[1].hasPrefix("sadb_msg{ version=2 type="))
        #expect(!monitor.outputText.contains("73656372"))
        kill(monitor.pid, SIGINT)
        #expect(try monitor.wait() == .killed(signal: SIGINT))
    }

    @Test func monitorWithSecondsAndBytes() throws {
        let daemon = try TestDaemon()
        let monitor = try daemon.start("-xxH")
        try provoke(monitor, by: daemon)
        let lines = monitor.outputText.split(separator: "\n").map(String.init)
        #expect(lines[0].wholeMatch(of: #/\d{10,}\.\d{6} \w.*/#) != nil, "\(lines[0])")
        #expect(lines[1].wholeMatch(of: #/00000000: ([0-9a-f]{2} ){16}/#) != nil, "\(lines[1])")
        #expect(lines.contains { $0.hasPrefix("sadb_msg{") })
    }

    @Test(arguments: ["-x", "-l", "-Pl"], [SIGTERM, SIGKILL])
    func watchingEndsWithItsOwnStatusWhenTheDaemonGoes(flags: String, signal: Int32) throws {
        let daemon = try TestDaemon()
        let watch = try daemon.start("\(flags) --no-wait")
        if flags == "-x" { try provoke(watch, by: daemon) } else { try watch.read { !$0.outputText.isEmpty } }
        kill(daemon.process.pid, signal)
        #expect(try watch.wait() == .exited(3))
        #expect(
            watch.errorText.hasPrefix("setkey: ") && watch.errorText.contains("daemon"), "\(watch.errorText)")
    }

    @Test func liveViewInAPipeIsLines() throws {
        let daemon = try TestDaemon()
        try daemon.load(add)
        let live = try daemon.start("-Dl")
        try live.read { $0.outputText.split(separator: "\n").count >= 3 }
        let lines = live.outputText.split(separator: "\n").map(String.init)
        #expect(lines[0] == "time proto spi source destination mode state bytes bytes/s age left replayed forged late")
        let row =
            #/\d\d:\d\d:\d\d esp 0x00001001 10\.0\.0\.1 10\.0\.0\.2 transport mature 0 (-|0) \d+ 3[56]\d\ds - - -/#
        #expect(lines[1].wholeMatch(of: row) != nil, "\(lines[1])")
        #expect(lines[2].wholeMatch(of: row) != nil, "\(lines[2])")
        #expect(!live.outputText.contains("\u{1b}"))
    }

    @Test func livePoliciesInAPipeAreLines() throws {
        let daemon = try TestDaemon()
        try daemon.load("spdadd 10.1.0.0/24 10.2.0.0/24[80] tcp -P out discard;")
        let live = try daemon.start("-DPl")
        try live.read { $0.outputText.split(separator: "\n").count >= 3 }
        let lines = live.outputText.split(separator: "\n").map(String.init)
        #expect(lines[0] == "time dir source destination proto action priority lastused")
        let row = #/\d\d:\d\d:\d\d out 10\.1\.0\.0\/24 10\.2\.0\.0\/24\[80\] 6 discard 2147483648 -/#
        #expect(lines[1].wholeMatch(of: row) != nil, "\(lines[1])")
        #expect(lines[2].wholeMatch(of: row) != nil, "\(lines[2])")
    }

    @Test func liveViewOnATerminalGivesItBack() throws {
        let daemon = try TestDaemon()
        try daemon.load(add)
        let terminal = try PseudoTerminal(width: 90, height: 10)
        let live = try daemon.start("-l", on: terminal, extra: ["LANG": "C.UTF-8", "NO_COLOR": "1", "TERM": "xterm"])
        // A terminal may hand over a part of a table.
        try live.read { $0.outputText.contains("0x00001001") && $0.outputText.hasSuffix("\u{1b}[J") }
        #expect(live.outputText.hasPrefix("\u{1b}[?1049h\u{1b}[?25l\u{1b}[H"))
        #expect(live.outputText.contains("esp    0x00001001  10.0.0.1 → 10.0.0.2  transport"), "\(live.outputText)")
        #expect(live.outputText.contains("█"))
        #expect(!live.outputText.contains("[1m"))
        kill(live.pid, SIGINT)
        try live.read { $0.outputText.hasSuffix("\u{1b}[?25h\u{1b}[?1049l") }
    }

    @Test func liveViewFollowsTheTerminalsSize() throws {
        let daemon = try TestDaemon()
        try daemon.load(add)
        let terminal = try PseudoTerminal(width: 120, height: 10)
        let live = try daemon.start("-l", on: terminal, extra: ["NO_COLOR": "1"])
        try live.read { $0.outputText.contains("BYTES/S") && $0.outputText.hasSuffix("\u{1b}[J") }
        let before = live.outputBytes.count
        terminal.resize(width: 20, height: 3)
        kill(live.pid, SIGWINCH)
        try live.read { $0.outputBytes.count > before && $0.outputText.hasSuffix("\u{1b}[J") }
        let after = String(decoding: live.outputBytes[before...], as: UTF8.self)
        #expect(after.contains("PROTO  SPI") && !after.contains("BYTES"), "\(after)")
    }

    @Test func interruptedRunSaysThatAPartIsIn() throws {
        let daemon = try TestDaemon()
        let text = (0..<200_000).map { "add 10.0.0.1 10.0.0.2 esp \(4096 + $0) -E null;\n" }.joined()
        let file = try daemon.directory.write("long.conf", "dump;\n\(text)")
        let run = try daemon.start("-f \(file)")
        try run.read { $0.outputText.contains("No SAD entries.") }
        kill(run.pid, SIGINT)
        #expect(try run.wait() == .killed(signal: SIGINT))
        #expect(run.errorText.hasPrefix("setkey: interrupted; "), "\(run.errorText)")
    }

    @Test func ignoredSignalStaysIgnored() throws {
        let daemon = try TestDaemon()
        let text = (0..<20_000).map { "add 10.0.0.1 10.0.0.2 esp \(4096 + $0) -E null;\n" }.joined()
        let file = try daemon.directory.write("long.conf", "dump;\n\(text)")
        let run = try ChildProcess(
            "/bin/sh", ["-c", "trap '' HUP; exec '\(Programs.setkey)' -f '\(file)'"], environment: daemon.environment)
        try run.read { $0.outputText.contains("No SAD entries.") }
        kill(run.pid, SIGHUP)
        #expect(try run.wait() == .exited(0), "\(run.errorText)")
    }

    @Test func longRunShowsItsProgressOnATerminalAndErasesIt() throws {
        let daemon = try TestDaemon()
        let text = (0..<60_000).map { "add 10.0.0.1 10.0.0.2 esp \(4096 + $0) -E null;\n" }.joined()
        let file = try daemon.directory.write("long.conf", text)
        let terminal = try PseudoTerminal(width: 100, height: 24)
        let run = try daemon.start("-f \(file)", on: terminal)
        #expect(try run.wait(within: .seconds(120)) == .exited(0))
        #expect(run.outputText.contains("/60000 statements, "), "\(run.outputText)")
        #expect(run.outputText.hasSuffix("\r\u{1b}[K"))
    }
}
