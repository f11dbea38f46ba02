import Testing

/// Programs that are started with some of their standard descriptors closed, as scripts do by `>&-`.
@Suite struct ClosedDescriptorTests {
    /// `words` as the shell runs them, with `redirection` at the end.
    private func shell(
        _ words: [String], _ redirection: String, _ environment: [String: String] = [:]
    ) throws -> Outcome {
        let command = words.map { "'\($0)'" }.joined(separator: " ")
        return try run("/bin/sh", ["-c", "exec \(command) \(redirection)"], environment: environment)
    }

    @Test(arguments: [["-D"], ["-DP"], ["--status"], ["--plan"], ["--reload"], ["-V"], ["--help"]])
    func outputThatIsClosedIsAFailureAndNotTheSocket(flags: [String]) throws {
        let daemon = try TestDaemon()
        for redirection in [">&-", "<&- >&-"] {
            let outcome = try shell([Programs.setkey] + flags, redirection, daemon.environment)
            #expect(outcome.status == 1 && outcome.output.isEmpty)
            #expect(outcome.errors == "setkey: cannot write the output: Bad file descriptor\n")
        }
        // The daemon has not been sent what was meant for the output: that would be logged as a malformed frame.
        #expect(try daemon.setkey("--status").status == 0)
        #expect(daemon.process.errorText.isEmpty, "\(daemon.process.errorText)")
    }

    @Test func closedErrorsAreDiscardedAndTheRestIsDone() throws {
        let daemon = try TestDaemon()
        let tunnel = "spdadd 10.1.0.0/16 10.2.0.0/16 any -P in ipsec esp/tunnel/1.2.3.4-5.6.7.8/require;"
        let file = try daemon.directory.write("warns.conf", tunnel)
        #expect(try daemon.setkey("-n -f \(file)").errors.contains("warning: "))
        #expect(try shell([Programs.setkey, "-f", file], "2>&-", daemon.environment).status == 0)
        let all = try shell([Programs.setkey, "-f", file], "<&- >&- 2>&-", daemon.environment)
        #expect(all.status == 1, "the policy exists")
        let dump = try shell([Programs.setkey, "-DP"], "2>&-", daemon.environment)
        #expect(dump.status == 0 && dump.output.contains("10.1.0.0/16"))
    }

    @Test func closedInputHasNoStatements() throws {
        let daemon = try TestDaemon()
        let outcome = try shell([Programs.setkey, "-c"], "<&-", daemon.environment)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("Bad file descriptor"), "\(outcome.errors)")
    }

    @Test func daemonKeepsItsSocketsFromClosedDescriptors() throws {
        let directory = try TestDirectory()
        let file = try directory.write("setkey.conf", "")
        let daemon = try TestDaemon(in: directory, "/bin/sh") { socket, state in
            let words = [
                Programs.setkeyd, "--kernel", "simulated", "--socket", socket, "--state-directory", state, "--config",
                file,
            ]
            return ["-c", "exec \(words.joined(separator: " ")) <&- >&- 2>&-"]
        }
        try #require(try daemon.isReady())
        #expect(try daemon.setkey("--status").status == 0)
        #expect(try daemon.setkey("--reload").status == 0)
        for descriptor in 0...2 {
            let link = try run("/bin/readlink", ["/proc/\(daemon.process.pid)/fd/\(descriptor)"])
            #expect(link.output == "/dev/null\n")
        }
    }

    @Test(arguments: [">&-", "> /dev/full"]) func daemonsVersionAndHelpFailWithoutAnOutput(redirection: String) throws {
        for flag in ["--version", "--help"] {
            let outcome = try shell([Programs.setkeyd, flag], redirection)
            #expect(outcome.status == 1)
            #expect(outcome.errors.hasPrefix("setkeyd: cannot write the output: "), "\(outcome.errors)")
        }
    }
}
