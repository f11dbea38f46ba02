import Glibc
import Testing

/// Both ends of tunnels, each with its daemon.
@Suite struct CompareTests {
    private static let associations = """
        add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E aes-cbc "secretsecretsecr" -A hmac-sha1 "secretsecretsecretse" ;
        add 192.0.2.2 192.0.2.1 esp 0x1002 -m tunnel -E aes-cbc "othersothersothe" -A hmac-sha1 "otherotherotherother" ;

        """
    private static let here =
        associations + """
            spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ;
            spdadd 10.2.0.0/16 10.1.0.0/16 any -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/require ;
            """
    private static let there =
        associations + """
            spdadd 10.2.0.0/16 10.1.0.0/16 any -P out ipsec esp/tunnel/192.0.2.2-192.0.2.1/require ;
            spdadd 10.1.0.0/16 10.2.0.0/16 any -P in ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ;
            """
    private static let wrong = there.replacing("othersothersothe", with: "othersothersothX").replacing(
        "-P in ipsec esp/tunnel/192.0.2.1-192.0.2.2/require", with: "-P in discard")

    /// In place of ssh: writes down what it was called with, and runs the bridge to a daemon as `user`.
    private func ssh(
        to daemon: TestDaemon, in directory: TestDirectory, as user: String = "", saying words: String = ""
    ) throws -> String {
        let script = try directory.write(
            "ssh",
            """
            #!/bin/sh
            printf '%s\\n' "$@" > \(directory.path)/arguments
            printf '\(words)' >&2
            export SETKEYD_SOCKET=\(daemon.socket)
            shift 3
            exec \(user) \(Programs.setkey) "$@"

            """)
        #expect(unsafe chmod(script, 0o755) == 0)
        return script
    }

    private func hasNoKey(_ outcome: Outcome) -> Bool {
        ["secretsecret", "736563726574", "othersothers", "6f7468657273"].allSatisfy {
            !outcome.output.contains($0) && !outcome.errors.contains($0)
        }
    }

    @Test(arguments: ["simulated", "simulated-xfrm"]) func twoDaemonsThatAgreeAreEqual(kernel: String) throws {
        let here = try TestDaemon(configuration: Self.here, kernel: kernel)
        let there = try TestDaemon(configuration: Self.there, kernel: kernel)
        let outcome = try here.setkey("--compare unix:\(there.socket)")
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
        #expect(
            outcome.output.hasPrefix("compared: 2 SAs, 2 policies and 4 keys: no difference\n"), "\(outcome.output)")
    }

    @Test func aKeyAndAPolicyThatDifferAreFoundAndNotShown() throws {
        let here = try TestDaemon(configuration: Self.here, kernel: "simulated-xfrm")
        let there = try TestDaemon(configuration: Self.wrong, kernel: "simulated-xfrm")
        let outcome = try here.setkey("--compare unix:\(there.socket)")
        #expect(outcome.status == 10 && outcome.errors.isEmpty && hasNoKey(outcome), "\(outcome)")
        let lines = outcome.output.split(separator: "\n").dropFirst().map(String.init)
        #expect(
            lines == [
                "esp 192.0.2.2 192.0.2.1 spi 0x00001002", "  encryption key  differs",
                "out 10.1.0.0/16 10.2.0.0/16 any", "  action          ipsec    discard",
                "compared: 2 SAs, 2 policies and 4 keys: 2 differences",
            ], "\(outcome.output)")
        let json = try here.setkey("--compare unix:\(there.socket) --json")
        #expect(json.status == 10 && hasNoKey(json))
        for part in [#""field" : "encryptionKey""#, #""keys" : 4"#, #""complete" : true"#, #""there" : "discard""#] {
            #expect(json.output.contains(part), "\(json.output)")
        }
    }

    @Test func aFileIsTheOtherEnd() throws {
        let here = try TestDaemon(configuration: Self.here)
        let same = try here.directory.write("same.conf", Self.there)
        #expect(try here.setkey("--compare \(same)").status == 0)
        let other = try here.directory.write("other.conf", Self.wrong)
        let outcome = try here.setkey("--compare \(other)")
        #expect(outcome.status == 10 && outcome.output.contains("encryption key") && hasNoKey(outcome), "\(outcome)")
        // A credential that cannot be read is not known; its neighbour is.
        let named = try here.directory.write(
            "named.conf", Self.there.replacing("\"othersothersothe\"", with: "@in.e"))
        let unread = try here.setkey("--compare \(named)")
        #expect(unread.status == 0 && unread.output.contains("3 keys: no difference\n"), "\(unread)")
        #expect(unread.output.contains("not compared: 1 key, not known at one of the ends\n"))
        let broken = try here.directory.write("broken.conf", "add 192.0.2.1 ;")
        #expect(try here.setkey("--compare \(broken)").status == 1)
    }

    @Test func anotherMachineIsReachedByTheBridge() throws {
        let here = try TestDaemon(configuration: Self.here)
        let there = try TestDaemon(configuration: Self.wrong)
        let ssh = try ssh(to: there, in: here.directory, saying: "Welcome\\033[2J\\n")
        let environment = here.environment.merging(["PATH": "\(here.directory.path):/usr/bin:/bin"]) { $1 }
        let outcome = try setkey(["--compare", "root@gw2"], environment: environment)
        #expect(outcome.status == 10 && outcome.output.contains("encryption key") && hasNoKey(outcome), "\(outcome)")
        #expect(outcome.errors == "root@gw2: Welcome?[2J\n")
        let arguments = try run("/bin/cat", ["\(here.directory.path)/arguments"]).output
        #expect(arguments == "--\nroot@gw2\nsetkey\n--serve-stdio\n")
        // A command of one's own is one of the shell.
        let other = try setkey(["--compare", "gw2", "--ssh", "A='b c' \(ssh) -4"], environment: here.environment)
        #expect(other.status == 10, "\(other)")
        #expect(try run("/bin/cat", ["\(here.directory.path)/arguments"]).output == "-4\ngw2\nsetkey\n--serve-stdio\n")
    }

    /// Who may not see keys there compares everything else.
    @Test(.enabled(if: geteuid() == 0)) func readingRightsAreEnoughForAllButKeys() throws {
        let here = try TestDaemon(configuration: Self.here)
        let there = try TestDaemon(configuration: Self.wrong, hasGroup: true)
        let ssh = try ssh(
            to: there, in: here.directory, as: "setpriv --reuid=1500 --regid=991 --clear-groups")
        let outcome = try setkey(["--compare", "gw2", "--ssh", "\(ssh) -4"], environment: here.environment)
        #expect(outcome.status == 10, "\(outcome)")
        #expect(outcome.output.contains("  action  ipsec  discard\n"), "\(outcome.output)")
        #expect(!outcome.output.contains("encryption key"))
        #expect(outcome.output.contains("and 0 keys") && outcome.output.contains("not compared: 4 keys"))
    }

    /// What comes instead of a daemon's replies.
    @Test(arguments: [
        ("exit 255", 3, "cannot reach the daemon of gw2"),
        ("printf 'No route \\033[31m\\n' >&2; exit 255", 3, "gw2: No route ?[31m"),
        ("printf 'hello\\0'; cat > /dev/null", 1, "gw2: cannot understand the daemon's answer"),
        ("yes | head -c 5000000; cat > /dev/null", 1, "gw2: cannot understand the daemon's answer"),
        (
            "printf '{\"error\":\"org.setkeyd.\\\\u001b[2J\",\"parameters\":{}}\\0'; cat > /dev/null", 1,
            "gw2: the daemon answered with an error of a newer version: org.setkeyd.?[2J"
        ),
        ("yes | head -c 300000 >&2; exit 1", 3, "gw2: ..."),
    ]) func whatAnotherMachineSendsIsNotBelieved(script: String, status: Int, message: String) throws {
        let here = try TestDaemon(configuration: Self.here)
        let program = try here.directory.write("ssh", "#!/bin/sh\n\(script)\n")
        #expect(unsafe chmod(program, 0o755) == 0)
        let outcome = try setkey(["--compare", "gw2", "--ssh", program], environment: here.environment)
        #expect(outcome.status == Int32(status) && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(outcome.errors.unicodeScalars.allSatisfy { $0 == "\n" || (" "..."~").contains($0) })
        #expect(outcome.errors.utf8.count < 4000)
    }

    @Test func theBridgeCarriesCallsAndEndsWithThem() throws {
        let daemon = try TestDaemon(configuration: Self.here)
        let call = #"{"method":"org.setkeyd.Status"}"# + "\0"
        let outcome = try daemon.setkey("--serve-stdio", input: call + call)
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let frames = outcome.output.split(separator: "\0")
        #expect(frames.count == 2 && frames.allSatisfy { $0.contains("\"parameters\"") }, "\(outcome.output)")
        let nobody = try setkey(["--serve-stdio", "--socket", "\(daemon.directory.path)/none"])
        #expect(nobody.status == 3 && nobody.output.isEmpty)
    }

    /// Who waits for events through it and goes away, as an ssh that is killed does, is not waited for until one comes.
    @Test func theBridgeEndsWhenNobodyReadsItsOutput() throws {
        let daemon = try TestDaemon()
        let call = #"{"method":"org.setkeyd.Monitor","more":true}\0"#
        let bridge = "printf '\(call)' | timeout 60 \(Programs.setkey) --serve-stdio"
        let outcome = try run("/bin/sh", ["-c", "{ \(bridge); echo $? >&2; } | true"], environment: daemon.environment)
        #expect(outcome.errors == "0\n", "\(outcome)")
    }

    @Test func anOutputThatTakesNothingIsAnError() throws {
        let daemon = try TestDaemon()
        let call = #"{"method":"org.setkeyd.Status"}\0"#
        let full = "printf '\(call)' | \(Programs.setkey) --serve-stdio > /dev/full"
        let outcome = try run("/bin/sh", ["-c", full], environment: daemon.environment)
        #expect(outcome.status == 1 && outcome.errors.contains("No space left on device"), "\(outcome)")
    }

    /// More than a pipe holds, in both directions, to a client that reads when it has written.
    @Test func theBridgeCarriesMoreThanPipesHold() throws {
        let daemon = try TestDaemon()
        try daemon.load((0..<3000).map { "add 10.0.0.1 10.0.0.2 esp \(1000 + $0) -E null ;\n" }.joined())
        let call = #"{"method":"org.setkeyd.ListAssociations","parameters":{},"more":true}"# + "\0"
        let outcome = try daemon.setkey("--serve-stdio", input: call + call)
        #expect(outcome.status == 0)
        #expect(outcome.output.matches(of: #/"spi":/#).count == 6000)
    }
}
