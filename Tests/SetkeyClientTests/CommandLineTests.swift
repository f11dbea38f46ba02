import ControlProtocol
import SetkeyClient
import Testing

@Suite struct CommandLineTests {
    private func operation(_ line: String) throws -> Operation {
        switch CommandLineOutcome(arguments: line.split(separator: " ").map(String.init)) {
        case .operate(let operation, _, _): return operation
        case .refuse(let failure): throw failure
        case .help: throw ClientFailure(.success, "help")
        }
    }

    @Test func policiesArePrintedWithPorts() throws {
        var expected = RenderParameters(database: .policies)
        expected.showPorts = true
        #expect(try operation("-DPp") == .dump(expected))
        #expect(try operation("-p -D -P") == .dump(expected))
        #expect(try operation("--dump --policies --ports") == .dump(expected))
    }

    @Test(arguments: [
        ("-D", Operation.dump(RenderParameters(database: .associations))),
        ("-DP", .dump(RenderParameters(database: .policies))),
        ("-F", .flush(FlushParameters(database: .associations))),
        ("-FP", .flush(FlushParameters(database: .policies))),
        ("-PF", .flush(FlushParameters(database: .policies))),
        ("-l", .live(.associations, LiveOptions())), ("-Dl", .live(.associations, LiveOptions())),
        ("-DPl", .live(.policies, LiveOptions())),
        ("-c", .run(.standardInput, RunOptions())),
        ("-f -", .run(.standardInput, RunOptions())),
        ("-f a.conf", .run(.file("a.conf"), RunOptions())),
        ("-fa.conf", .run(.file("a.conf"), RunOptions())),
        ("--file=a.conf", .run(.file("a.conf"), RunOptions())),
        ("-f -a.conf", .run(.file("-a.conf"), RunOptions())),
        ("-kf a.conf", .run(.file("a.conf"), RunOptions())),
        ("-n -f a.conf", .check(.file("a.conf"), RunOptions())),
        ("-nf a.conf", .check(.file("a.conf"), RunOptions())),
        ("-nc", .check(.standardInput, RunOptions())),
        ("-d -c", .debug(.standardInput, RunOptions())),
        ("-dFP", .describe(statement: "spdflush ;")),
        ("-dD", .describe(statement: "dump ;")),
        ("-adlvD", .describe(statement: "dump ;")), ("-dPl", .describe(statement: "spddump ;")),
        ("--status", .status),
        ("--reload", .reload(ReloadParameters())),
        ("--save", .save(SaveOptions())),
        ("--wireshark", .wireshark),
        ("--graph", .graph),
        ("-V", .version),
        ("--version", .version),
    ]) func flagsAndTheirLongNamesAreOperations(line: String, expected: Operation) throws {
        #expect(try operation(line) == expected)
    }

    @Test func runOptionsAreTakenOver() throws {
        var expected = RunOptions()
        expected.rfcSemantics = true
        expected.atomic = true
        expected.verbose = true
        expected.showPorts = true
        expected.showKeys = true
        #expect(try operation("-rvp --atomic --show-keys -c") == .run(.standardInput, expected))
    }

    @Test func whatIsSavedIsChosen() throws {
        var expected = SaveOptions()
        expected.ownedOnly = true
        expected.showKeys = true
        #expect(try operation("--save --owned --show-keys") == .save(expected))
        #expect(throws: ClientFailure.self) { try operation("-D --owned") }
        #expect(throws: ClientFailure.self) { try operation("--save -D") }
    }

    @Test func verboseDumpIgnoresTheSemanticsOfPolicies() throws {
        guard case .verbose(statement: "dump ;", let options) = try operation("-Drv") else {
            Issue.record("-Drv is no verbose dump")
            return
        }
        #expect(options.verbose)
    }

    @Test func monitorTakesItsTimestampsAndDump() throws {
        var expected = MonitorOptions()
        #expect(try operation("-x") == .monitor(expected))
        expected.epoch = true
        #expect(try operation("-xx") == .monitor(expected))
        expected.hexDump = true
        for line in ["-xxh", "-hxx", "-Hxx", "-x -x -h", "--monitor --monitor --hex"] {
            #expect(try operation(line) == .monitor(expected), "\(line)")
        }
    }

    @Test func liveViewsTakeTheirOptions() throws {
        var expected = LiveOptions()
        expected.includeDead = true
        #expect(try operation("-Dal") == .live(.associations, expected))
        expected.once = true
        #expect(try operation("-la --once") == .live(.associations, expected))
        expected.once = false
        expected.waits = false
        #expect(try operation("-la --no-wait") == .live(.associations, expected))
    }

    @Test func fingerprintsAreOfTheKernelOrAFile() throws {
        var expected = FingerprintOptions()
        #expect(try operation("--fingerprint") == .fingerprint(expected))
        expected.input = .file("a")
        expected.salt = "k7fq-2mzd"
        #expect(try operation("--salt k7fq-2mzd --fingerprint -f a") == .fingerprint(expected))
    }

    @Test func aNewKeyHasAnAlgorithmALengthAndAPlace() throws {
        let plain = try NewKeyOptions("aes-cbc", bitCount: nil, credential: nil)
        #expect(try operation("--new-key aes-cbc") == .newKey(plain) && plain.bitCount == 256 && plain.path == nil)
        let placed = try NewKeyOptions("aes-cbc", bitCount: 128, credential: "/etc/setkeyd/keys/a")
        #expect(try operation("--new-key rijndael-cbc --bits 128 --credential a") == .newKey(placed))
        #expect(placed.path == "/etc/setkeyd/keys/a" && placed.bitCount == 128)
    }

    @Test func monitorTakesWhatItShows() throws {
        var expected = MonitorOptions()
        expected.brief = true
        #expect(try operation("-x --brief") == .monitor(expected))
        expected.only = .expiry
        expected.processID = 0
        #expect(try operation("-x --brief --only expiry --from 0") == .monitor(expected))
        expected.waits = false
        #expect(try operation("-x --brief --only expiry --from 0 --no-wait") == .monitor(expected))
    }

    @Test(arguments: [
        "-D", "-DP", "-DNp", "-Da --show-keys", "-c", "-f a", "-n -f a", "-cvr --atomic", "-x", "-xxH --only policies",
        "-x --from 7", "-l", "-lP --once", "--status", "--plan", "--plan -f a", "--explain 1.2.3.4 5.6.7.8", "--doctor",
        "--reload",
        "--reload --confirm 60", "--confirm", "--revert", "--off", "--off --confirm 60", "--on",
    ]) func whateverAnswersDoesSoInJSON(line: String) throws {
        guard case .operate(let operation, .json, _) = outcome("\(line) --json") else {
            Issue.record("\(line) --json is refused")
            return
        }
        #expect(try operation == self.operation(line))
        guard case .operate(_, .text, _) = outcome(line) else {
            Issue.record("\(line) is not text")
            return
        }
    }

    private func outcome(_ line: String) -> CommandLineOutcome {
        CommandLineOutcome(arguments: line.split(separator: " ").map(String.init))
    }

    /// Whoever had a habit or a script with these flags, keeps it.
    @Test(arguments: [
        ("-kDP", "-DP"), ("-DPk", "-DP"), ("-rDP", "-DP"), ("-nD", "-D"), ("-FPp", "-FP"),
        ("-DN", "-D"), ("-HD", "-D"), ("-Fak", "-F"), ("-nxk", "-x"), ("-xPpaN", "-x"), ("-nlr", "-l"),
        ("-caP", "-c"), ("-f a -P", "-f a"), ("-rkf a", "-kf a"), ("-krf a", "-rf a"), ("-k -r -k -c", "-c"),
    ]) func flagsThatMakeNoDifferenceAreIgnored(line: String, alike: String) throws {
        #expect(try operation(line) == operation(alike))
    }

    @Test(arguments: [
        ("", "no operation is given"),
        ("-h", "--help"),
        ("-H", "--help"),
        ("-P", "no operation is given"),
        ("-D -F", "-D and -F cannot be combined"),
        ("-c -f a", "-c and -f cannot be combined"),
        ("-f a -f b", "-f is given 2 times"),
        ("-nF", "-n sends nothing"),
        ("-nFP", "-n sends nothing"),
        ("-hF", "-h goes with -x, not with -F"),
        ("-h -f a", "-h goes with -x, not with -f"),
        ("-cN", "-N goes with -D, not with -c"),
        ("-x --atomic", "--atomic goes with -c or -f, not with -x"),
        ("--status -v", "-v goes with"),
        ("-F --json", "--json goes with"),
        ("-dD --json", "-d and --json cannot be combined"),
        ("-dc --json", "-d and --json cannot be combined"),
        ("-Dv --json", "-v and --json cannot be combined"),
        ("-x --brief --json", "--json and --brief cannot be combined"),
        ("-xH --brief", "-h and --brief cannot be combined"),
        ("-D --brief", "--brief goes with -x, not with -D"),
        ("-l --only policies", "--only goes with -x, not with -l"),
        ("-c --from 7", "--from PID goes with -x, not with -c"),
        ("-x --once", "--once goes with -l, not with -x"),
        ("--fingerprint --salt schlüssel", "--salt takes a word"), ("--fingerprint --salt a;b", "--salt takes a word"),
        ("--plan --salt a", "--salt WORD goes with --fingerprint, not with --plan"),
        ("--fingerprint --show-keys", "--show-keys goes with"),
        ("--compare -oProxyCommand=x", "--compare"), ("--compare=-oProxyCommand=x", "--compare takes a host"),
        ("--compare a.conf --ssh x", "--ssh goes with a host"),
        ("-D --ssh x", "--ssh COMMAND goes with --compare"),
        ("--serve-stdio --json", "--json goes with"), ("compare gw2", "here --compare HOST"),
        ("--new-key", "--new-key"), ("--new-key aes-cbc -D", "-D and --new-key cannot be combined"),
        ("--new-key aes-cbc --json", "--json goes with"),
        ("-D --bits 256", "--bits N goes with --new-key, not with -D"),
        ("--new-key aes-cbc --bits 1m", "--bits"), ("keygen", "here --new-key ALGORITHM"),
        ("-l --once --no-wait", "--once and --no-wait cannot be combined"),
        ("-D --no-wait", "--no-wait goes with -x or -l, not with -D"),
        ("-x --only keys", "associations"),
        ("-x --from init", "--from"),
        ("--off --on", "--off and --on cannot be combined"),
        ("--off --confirm", "--off --confirm needs a number of seconds"),
        ("--off --confirm 0", "--confirm takes 1 to 86400 seconds"),
        ("--status --confirm 60", "--confirm 60 goes with --reload, --off or --on"),
        ("off", "--off"),
        ("--plan -r", "-r goes with -c or -f, not with --plan"),
        ("-Q", "-Q"),
        ("-f", "-f"),
        ("--socket", "--socket"),
        ("--relod", "did you mean '--reload'?"),
        ("stray.conf", "setkey -f FILE"),
        ("-D esp", "'esp' is one argument too many for -D"),
        ("list", "-D for the SAs, or -DP"),
        ("dump", "-D for the SAs, or -DP"),
        ("show sad", "-D for the SAs, or -DP"),
        ("status --json", "here --status"),
        ("STATUS", "here --status"),
        ("flush", "-F for the SAs, or -FP"),
        ("reload", "here --reload"),
        ("help", "here --help"),
        ("version", "here --version"),
        ("add 192.0.2.1 192.0.2.2 esp 4096 -E aes-cbc", "statements come from a file or a pipe"),
        ("--confirm 60", "setkey --reload --confirm 60"),
        ("--confirm=60", "setkey --reload --confirm 60"),
        ("--reload --confirm", "needs a number of seconds"),
        ("--confirm --reload", "needs a number of seconds"),
        ("--reload --confirm 1m", "a whole number of seconds, for example 60, not '1m'"),
        ("--reload --confirm 0", "1 to 86400 seconds"),
        ("-D --confirm", "-D and --confirm cannot be combined"),
    ]) func contradictionsAreUsageErrorsThatNameThem(line: String, word: String) {
        let outcome = CommandLineOutcome(arguments: line.split(separator: " ").map(String.init))
        guard case .refuse(let failure) = outcome else {
            Issue.record("\(line) is accepted")
            return
        }
        #expect(failure.status == .usage)
        #expect(failure.message.lowercased().contains(word.lowercased()), "\(failure.message)")
        #expect(failure.message.contains("--help"))
    }

    /// A statement on the command line is refused without its keys.
    @Test func strayWordsAfterTheFirstAreNotRepeated() {
        let line = ["add", "192.0.2.1", "192.0.2.2", "esp", "4096", "0x73656372657473656372657473656372"]
        guard case .refuse(let failure) = CommandLineOutcome(arguments: line) else {
            Issue.record("accepted")
            return
        }
        #expect(!failure.message.contains("7365"), "\(failure.message)")
    }

    @Test func secondsOfTheConfirmationGoWithTheReload() throws {
        var expected = ReloadParameters()
        expected.confirmSeconds = 60
        for line in ["--reload --confirm 60", "--confirm 60 --reload", "--reload --confirm=60"] {
            #expect(try operation(line) == .reload(expected), "\(line)")
        }
    }

    @Test(
        arguments: [
            ("/run/setkeyd/control.sock", "setkeyd"), ("/run/setkeyd/blue/control.sock", "setkeyd@blue"),
            ("/run/setkeyd//control.sock", nil), ("/run/setkeyd/a/b/control.sock", nil), ("/tmp/control.sock", nil),
            ("/run/setkeyd/xcontrol.sock", nil),
        ] as [(String, String?)]) func socketTellsItsUnit(path: String, unit: String?)
    {
        #expect(SocketPath.unit(of: path) == unit)
    }

    @Test func helpIsTheShortManual() {
        guard case .help(let text) = CommandLineOutcome(arguments: ["--help"]) else {
            Issue.record("--help is not the help")
            return
        }
        for word in ["--show-keys", "spdadd", "EXIT STATUS", "3  the daemon cannot be reached", "-h, -H, --hex"] {
            #expect(text.contains(word), "\(word)")
        }
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test func socketIsPassedOn() {
        guard case .operate(_, _, let socket) = CommandLineOutcome(arguments: ["-D", "--socket", "/tmp/x"]) else {
            Issue.record("refused")
            return
        }
        #expect(socket == "/tmp/x")
    }
}
