import ControlProtocol
import SetkeyClient
import Testing

@Suite struct CommandLineTests {
    private func operation(_ line: String) throws -> Operation {
        switch CommandLineOutcome(arguments: line.split(separator: " ").map(String.init)) {
        case .operate(let operation, _): return operation
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
        ("-l", .live(.associations, includeDead: false)),
        ("-Dl", .live(.associations, includeDead: false)), ("-DPl", .live(.policies, includeDead: false)),
        ("-Dal", .live(.associations, includeDead: true)),
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
        ("--status", .status(json: false)),
        ("--reload", .reload(ReloadParameters())),
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

    @Test(arguments: [
        ("", "nothing to do"),
        ("-h", "--help"),
        ("-H", "--help"),
        ("-P", "nothing to do"),
        ("-D -F", "-D and -F exclude each other"),
        ("-c -f a", "-c and -f exclude each other"),
        ("-f a -f b", "-f is given 2 times"),
        ("-k -r -f a", "-k and -r contradict"),
        ("-DN", "-N goes with -DP"),
        ("-nD", "-n goes with -c or -f, not with -D"),
        ("-hD", "-h goes with -x, not with -D"),
        ("-xP", "-P goes with -D, -F or -l, not with -x"),
        ("-x --atomic", "--atomic goes with -c or -f, not with -x"),
        ("--status -v", "-v goes with"),
        ("-Q", "-Q"),
        ("-f", "-f"),
        ("stray.conf", "stray.conf"),
        ("--socket", "--socket"),
    ]) func contradictionsAreUsageErrorsThatNameThem(line: String, word: String) {
        let outcome = CommandLineOutcome(arguments: line.split(separator: " ").map(String.init))
        guard case .refuse(let failure) = outcome else {
            Issue.record("\(line) is accepted")
            return
        }
        #expect(failure.status == .usage)
        #expect(failure.message.contains(word), "\(failure.message)")
        #expect(failure.message.contains("--help"))
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
        guard case .operate(_, let socket) = CommandLineOutcome(arguments: ["-D", "--socket", "/tmp/x"]) else {
            Issue.record("refused")
            return
        }
        #expect(socket == "/tmp/x")
    }
}
