import Glibc
import Testing

/// `-f` of a pipe: a FIFO, and what a shell puts in the place of a process substitution.
struct PipedFileTests {
    private static let statements = "add 10.0.0.1 10.0.0.2 esp 0x1001 -E null ;\nspdadd ::1 ::2 any -P out discard ;\n"

    /// Runs setkey by a shell, in which `$setkey` is the program and `$text` the statements.
    private func shell(_ script: String, text: String = statements, at daemon: TestDaemon) throws -> Outcome {
        let setting = ["setkey": Programs.setkey, "text": text, "fifo": "\(daemon.directory.path)/fifo"]
        return try run(
            "/bin/bash", ["-c", script], environment: daemon.environment.merging(setting) { _, new in new })
    }

    @Test(arguments: [
        #""$setkey" -f <(printf %s "$text")"#, #"mkfifo "$fifo"; printf %s "$text" > "$fifo" & "$setkey" -f "$fifo""#,
        #"printf %s "$text" | "$setkey" -f -"#, #"printf %s "$text" | "$setkey" -f /dev/stdin"#,
    ])
    func runsWhatIsInIt(_ script: String) throws {
        let daemon = try TestDaemon()
        let outcome = try shell(script, at: daemon)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try daemon.setkey("-D").output.contains("spi=4097"))
        #expect(try daemon.setkey("-DP").output.contains("discard"))
    }

    @Test func isReadToItsEndBeforeAnythingRuns() throws {
        let daemon = try TestDaemon()
        let script = #"mkfifo "$fifo"; { printf %s "$text"; cat; } > "$fifo" & "$setkey" -f "$fifo""#
        let setting = ["setkey": Programs.setkey, "text": Self.statements, "fifo": "\(daemon.directory.path)/fifo"]
        let process = try ChildProcess(
            "/bin/bash", ["-c", "exec 3<&0; " + script.replacing("cat;", with: "cat <&3;")],
            environment: daemon.environment.merging(setting) { _, new in new })
        // More than both pipes hold: setkey has read the statements.
        try process.send([UInt8](repeating: 10, count: 1 << 18), closing: false)
        #expect(try daemon.setkey("-D").output.contains("No SAD entries"))
        try process.send(Array("nonsense ;".utf8))
        #expect(try process.wait() == .exited(1))
        #expect(process.errorText.contains("/fifo:262147:1: error: "), "\(process.errorText.prefix(300))")
        #expect(try daemon.setkey("-D").output.contains("No SAD entries"))
    }

    @Test func namesLinesAndHidesKeysAsInAFile() throws {
        let daemon = try TestDaemon()
        let outcome = try shell(
            #""$setkey" -n -f <(printf %s "$text")"#, text: Self.statements + "add ::1 ::2 esp 1 -E aes-cbc 0x5ec4e7 ;",
            at: daemon)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains(#/:3:\d+: error: /#) && !outcome.errors.contains("5ec4e7"), "\(outcome.errors)")
    }

    /// It is not an administrator's file: whoever writes to it later would decide.
    @Test func theDaemonReadsNone() throws {
        let directory = try TestDirectory()
        let fifo = "\(directory.path)/fifo"
        try #require(unsafe mkfifo(fifo, 0o600) == 0)
        let check = try run(Programs.setkeyd, ["--check", "--config", fifo])
        #expect(check.status == 1 && check.errors.contains("neither a file nor a pipe"), "\(check.errors)")
    }
}
