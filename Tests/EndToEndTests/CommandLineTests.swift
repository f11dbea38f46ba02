import Glibc
import Testing

/// What setkey does without a daemon.
@Suite struct CommandLineTests {
    @Test(arguments: [("setkey", Programs.setkey), ("setkeyd", Programs.setkeyd)])
    func versionHelpAndUsageErrorsAreAlikeInBothPrograms(name: String, program: String) throws {
        for flag in ["-V", "--version"] {
            let version = try run(program, [flag])
            #expect(version.status == 0 && version.errors.isEmpty)
            #expect(version.output.wholeMatch(of: #/(\w+) \d+\.\d+\.\d+\n/#)?.1 == name[...], "\(version.output)")
        }
        let help = try run(program, ["--help"])
        #expect(help.status == 0 && help.errors.isEmpty)
        #expect(help.output.lowercased().contains("exit status"))
        for arguments in [["--socket"], ["--nonsense"], ["stray"]] {
            let outcome = try run(program, arguments)
            #expect(outcome.status == 2 && outcome.output.isEmpty)
            #expect(outcome.errors.hasPrefix("\(name): "), "\(outcome.errors)")
            #expect(outcome.errors.hasSuffix("\nTry '\(name) --help'.\n"), "\(outcome.errors)")
        }
    }

    @Test(arguments: [["-f", "site.conf"], ["site.conf"], ["--check", "site.conf"]])
    func theDaemonSaysHowItsFileIsNamed(arguments: [String]) throws {
        let outcome = try run(Programs.setkeyd, arguments)
        #expect(outcome.status == 2)
        let hint = "setkeyd: the file is named with --config: setkeyd --config site.conf\n"
        #expect(outcome.errors.hasPrefix(hint), "\(outcome.errors)")
    }

    @Test(arguments: [["-D", "-F"], [], ["-Z"], ["-h"], ["-f"], ["stray"]])
    func nonsenseIsAUsageError(arguments: [String]) throws {
        let outcome = try setkey(arguments)
        #expect(outcome.status == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("setkey: ") && outcome.errors.contains("--help"))
    }

    @Test(arguments: ["-D", "-DP", "-F", "-FP", "-x", "-l", "-c", "-Dv", "--status", "--reload"])
    func withoutADaemonItSaysHowToFindOut(flag: String) throws {
        let outcome = try setkey([flag, "--socket", "/run/setkeyd/nowhere/control.sock"], input: Array("dump ;".utf8))
        #expect(outcome.status == 3)
        #expect(outcome.errors.contains("/run/setkeyd/nowhere/control.sock does not exist"))
        #expect(outcome.errors.contains("systemctl status setkeyd@nowhere\n"))
        #expect(outcome.errors.contains("journalctl -u setkeyd@nowhere\n"))
        #expect(!outcome.errors.contains("simulated"))
    }

    /// What only XFRM carries is no error of a text that nobody has been asked about.
    @Test func withoutADaemonATextIsNotJudgedByWhatItsKernelCarries() throws {
        let key = "0x000102030405060708090a0b0c0d0e0f10111213"
        let text = "add 192.0.2.1 192.0.2.2 esp 0x1001 -E aes-gcm-16 \(key) -mark 5;"
        let outcome = try setkey(["-c", "--socket", "/run/setkeyd/nowhere/control.sock"], input: Array(text.utf8))
        #expect(outcome.status == 3 && outcome.errors.contains("cannot reach the daemon"), "\(outcome.errors)")
        #expect(!outcome.errors.contains("PF_KEY"))
    }

    @Test func socketWithoutAListenerIsNoDaemon() throws {
        let directory = try TestDirectory()
        let path = "\(directory.path)/dead.sock"
        let descriptor = privateDescriptor { socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) }
        #expect(bindUnixSocket(descriptor, path: path))
        close(descriptor)
        let outcome = try setkey(["-D", "--socket", path])
        #expect(outcome.status == 3)
        #expect(outcome.errors.contains("nothing listens"))
        #expect(outcome.errors.contains("--socket \(path)") && !outcome.errors.contains("systemctl"))
    }

    @Test func permissionDeniedHasItsOwnStatus() throws {
        let directory = try TestDirectory()
        let path = "\(directory.path)/closed.sock"
        let descriptor = privateDescriptor { socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) }
        defer { close(descriptor) }
        #expect(bindUnixSocket(descriptor, path: path))
        let closed = unsafe chmod(path, 0)
        #expect(closed == 0 && listen(descriptor, 1) == 0)
        let process = try withoutCapabilities(["-D", "--socket", path])
        #expect(try process.wait() == .exited(4))
        #expect(process.errorText == "setkey: permission denied: only root and its owner may use \(path)\n")
    }

    @Test(.enabled(if: getuid() == 0)) func socketOfAGroupNamesTheGroupAndHowToJoinIt() throws {
        let directory = try TestDirectory()
        let path = "\(directory.path)/group.sock"
        let descriptor = privateDescriptor { socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) }
        defer { close(descriptor) }
        #expect(bindUnixSocket(descriptor, path: path))
        // The group 1 is called "daemon" everywhere. It is not the caller's, who owns the socket, but may not use it.
        let isGiven = unsafe chown(path, 0, 1) == 0 && chmod(path, 0o060) == 0
        #expect(isGiven && listen(descriptor, 1) == 0)
        let process = try withoutCapabilities(["-D", "--socket", path])
        #expect(try process.wait() == .exited(4))
        #expect(process.errorText.contains("members of the group daemon may use"), "\(process.errorText)")
        #expect(process.errorText.contains("adduser root daemon, then log in again"), "\(process.errorText)")
    }

    /// setkey as a user without privileges runs it: root may do everything as long as it has its capabilities.
    private func withoutCapabilities(_ arguments: [String]) throws -> ChildProcess {
        let call = [Programs.setkey] + arguments
        let words = getuid() == 0 ? ["/usr/bin/setpriv", "--bounding-set=-all", "--inh-caps=-all"] + call : call
        return try ChildProcess(words[0], Array(words.dropFirst()))
    }

    @Test func checkReportsEveryErrorAndNoKey() throws {
        let directory = try TestDirectory()
        let file = try directory.write(
            "bad.conf",
            """
            add 10.0.0.1 10.0.0.2 esp 0x1001 -E aes-cbc "not sixteen";
            dump;
            add 10.0.0.1 10.0.0.300 esp 0x1002 -E null;
            spdadd 10.0.0.0/33 10.0.0.0/8 any -P out none;
            """)
        let outcome = try setkey(["-n", "-f", file])
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        for place in ["\(file):1:", "\(file):3:", "\(file):4:"] {
            #expect(outcome.errors.contains("\(place)"), "\(outcome.errors)")
        }
        #expect(!outcome.errors.contains("sixteen"))
        #expect(outcome.errors.contains("^"))
    }

    @Test func checkOfAGoodFileIsSilent() throws {
        let key = String(repeating: "k", count: 64)
        let text = "add 10.0.0.1 10.0.0.2 ah 0x1001 -ph 4000000000 -A hmac-sha512 \"\(key)\";"
        let outcome = try setkey(["-n", "-c"], input: Array(text.utf8))
        #expect(outcome.status == 0)
        #expect(outcome.output.isEmpty && outcome.errors.isEmpty, "\(outcome.errors)")
        // Without a limit it says how the SA ends, and that is no mistake.
        let endless = try setkey(["-n", "-c"], input: Array(text.replacing("-ph 4000000000", with: "").utf8))
        #expect(endless.status == 0 && endless.output.isEmpty)
        #expect(endless.errors.contains("note: ") && endless.errors.contains("[sequence-end]"), "\(endless.errors)")
    }

    @Test func missingForwardPolicyIsAWarningUnlessRFCSemanticsAddIt() throws {
        let text = Array("spdadd 10.1.0.0/16 10.2.0.0/16 any -P in ipsec esp/tunnel/1.2.3.4-5.6.7.8/require;".utf8)
        let written = try setkey(["-nk", "-c"], input: text)
        #expect(written.status == 0)
        #expect(written.errors.contains("warning") && written.errors.contains("fwd"))
        let rfc = try setkey(["-nr", "-c"], input: text)
        #expect(rfc.status == 0)
        #expect(!rfc.errors.contains("fwd"))
    }

    @Test func debugPrintsWhatWasUnderstoodWithoutKeys() throws {
        let text = "\n  add 10.0.0.1 10.0.0.2 esp 4097 -E aes-cbc \"secretsecretsecr\";"
        let outcome = try setkey(["-dv", "-c"], input: Array(text.utf8))
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("<stdin>:2:3: add 10.0.0.1 10.0.0.2 esp 0x1001"), "\(outcome.output)")
        #expect(outcome.output.contains("aes-cbc with a key of 128 bits"))
        #expect(!(outcome.output + outcome.errors).contains("secret"))
        #expect(try setkey(["-dFP"]).output.contains("spdflush ;"))
    }

    @Test func debugPrintsAnyWhereNothingIsSelected() throws {
        func lines(_ selector: String) throws -> [Substring] {
            try setkey(["-d", "-c"], input: Array("spdadd \(selector) -P in none;".utf8)).output
                .split(separator: "\n").dropFirst(2).prefix(5).map { $0.drop { $0 == " " } }
        }
        let tcp = try lines("::/0 ::1[22] tcp")
        #expect(tcp.prefix(3) == ["source: ::/0 port any", "destination: ::1 port 22", "protocol: 6"], "\(tcp)")
        let icmp = try lines("::/0 ::1 icmp6 128")
        #expect(icmp.suffix(3) == ["protocol: 58", "type: 128", "code: any"], "\(icmp)")
        let all = try lines("::/0 ::/0 any")
        #expect(all.prefix(3) == ["source: ::/0 port any", "destination: ::/0 port any", "protocol: any"], "\(all)")
    }

    @Test(arguments: [("/nonexistent.conf", "no such file"), ("/tmp", "directory"), ("/dev/null/x", "no such file")])
    func unreadableFileIsNamed(path: String, reason: String) throws {
        for flag in ["-f", "-nf", "-df"] {
            let outcome = try setkey([flag, path])
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains(path) && outcome.errors.contains(reason), "\(outcome.errors)")
        }
    }

    @Test func outputThatCannotBeWrittenIsAnError() throws {
        let process = try ChildProcess("/bin/sh", ["-c", "'\(Programs.setkey)' --help > /dev/full"])
        #expect(try process.wait() == .exited(1))
        #expect(process.errorText.contains("No space left on device"))
    }
}

/// Colours of what is said on a terminal.
@Suite struct ColourTests {
    private func output(
        _ program: String, _ arguments: [String], _ environment: [String: String]
    ) throws -> String {
        let terminal = try PseudoTerminal(width: 100, height: 24)
        let process = try ChildProcess(program, arguments, environment: environment, terminal: terminal)
        #expect(try process.wait() == .exited(1))
        return process.outputText
    }

    @Test func errorsOnATerminalAreColouredUnlessTheEnvironmentForbidsIt() throws {
        let directory = try TestDirectory()
        let file = try directory.write("bad.conf", "flsh;\n")
        for (program, arguments) in [
            (Programs.setkey, ["-n", "-f", file]), (Programs.setkeyd, ["--check", "--config", file]),
        ] {
            let colored = try output(program, arguments, ["TERM": "xterm"])
            #expect(colored.contains("\(file):1:1: \u{1b}[1;31merror\u{1b}[0m: "), "\(colored)")
            #expect(colored.contains("\u{1b}[1;32m^~~~\u{1b}[0m"), "\(colored)")
            for environment in [["TERM": "dumb"], ["TERM": "xterm", "NO_COLOR": "1"]] {
                let plain = try output(program, arguments, environment)
                #expect(plain.contains("\(file):1:1: error: ") && !plain.contains("\u{1b}"), "\(plain)")
            }
            #expect(!(try run(program, arguments).errors.contains("\u{1b}")))
        }
    }

    @Test func refusalOfTheKernelIsColouredToo() throws {
        let daemon = try TestDaemon()
        let file = try daemon.directory.write("site.conf", "delete 10.0.0.1 10.0.0.2 esp 0x1001;")
        let colored = try output(
            Programs.setkey, ["-f", file], daemon.environment.merging(["TERM": "xterm"]) { given, _ in given })
        #expect(colored.contains("\(file):1:1: \u{1b}[1;31merror\u{1b}[0m: delete esp"), "\(colored)")
    }
}
