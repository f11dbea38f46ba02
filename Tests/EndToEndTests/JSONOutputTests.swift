import Glibc
import InterfaceSchema
import Testing

/// `--json`: what is printed is what docs/setkeyd.schema.json says, and keys are hidden as in text.
@Suite struct JSONOutputTests {
    private static let add = """
        add 10.0.0.1 10.0.0.2 esp 0x1001 -m tunnel -E aes-cbc 0x73656372657473656372657473656372
            -A hmac-sha1 0x7365637265747365637265747365637265747365;

        """
    private static let policy =
        "spdadd 10.1.0.0/24 10.2.0.0/24[80] tcp -P out ipsec esp/tunnel/10.0.0.1-10.0.0.2/require;\n"

    private let validator: SchemaValidator

    init() throws {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        validator = try SchemaValidator(SchemaFile.text(root.joined(separator: "/") + "/docs/setkeyd.schema.json"))
    }

    /// The document that setkey prints, held against a definition of the schema.
    private func document(
        _ outcome: Outcome, _ definition: String, status: Int32 = 0, _ location: SourceLocation = #_sourceLocation
    ) throws -> JSONValue {
        #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: location)
        let value = try JSONParser.value(outcome.output)
        #expect(validator.faults(of: value, as: definition).isEmpty, "\(outcome.output)", sourceLocation: location)
        return value
    }

    // MARK: Documents

    @Test(arguments: [
        ("-D", "ListAssociationsReply", 0), ("-Dap", "ListAssociationsReply", 0), ("-DP", "ListPoliciesReply", 0),
        ("-DPN", "ListPoliciesReply", 0), ("-l --once", "ListAssociationsReply", 0),
        ("-lP --once", "ListPoliciesReply", 0), ("--status", "StatusReply", 0), ("--plan", "PlanReply", 0),
        ("--explain 10.1.0.5 10.2.0.7 tcp any 80", "ExplainReply", 0), ("--reload", "ReloadReply", 0),
        ("--doctor", "DiagnoseReply", 0),
        ("--revert", "NothingPendingError", 1), ("--confirm", "NothingPendingError", 1),
    ]) func outputIsAsTheSchemaSays(flags: String, definition: String, status: Int32) throws {
        let daemon = try TestDaemon(configuration: Self.add + Self.policy)
        let outcome = try daemon.setkey("\(flags) --json")
        _ = try document(outcome, definition, status: status)
        #expect(!outcome.output.contains("7365637265747365"))
        #expect(outcome.errors.isEmpty == (status != 1), "\(outcome.errors)")
    }

    @Test func dumpHasWhatTheTextHas() throws {
        let daemon = try TestDaemon()
        try daemon.load(Self.add + Self.policy)
        let associations = try document(try daemon.setkey("-D --json"), "ListAssociationsReply")["associations"]
        let association = try #require(associations?.elements.first)
        #expect(associations?.elements.count == 1)
        #expect(association["spi"] == .integer(0x1001) && association["encryption"]?.string == "aes-cbc")
        let policies = try document(try daemon.setkey("-DP --json"), "ListPoliciesReply")["policies"]
        #expect(policies?.elements.first?["destinationPort"] == .integer(80))
        let line = try daemon.setkey("-l --once --json").output
        #expect(line.split(separator: "\n").count == 1)
        try daemon.load("flush; spdflush;")
        for flags in ["-D --json", "-DP --json"] {
            let value = try JSONParser.value(try daemon.setkey(flags).output)
            #expect((value["associations"] ?? value["policies"]) == .array([]), "\(flags)")
        }
    }

    @Test func longDumpIsOneDocumentWithARecordALine() throws {
        let daemon = try TestDaemon()
        try daemon.load((1000..<3500).map { "add 10.0.0.1 10.0.0.2 esp \($0) -E null;\n" }.joined())
        let outcome = try daemon.setkey("-D --json")
        let document = try document(outcome, "ListAssociationsReply")
        let numbers = document["associations"]?.elements.compactMap { $0["spi"] } ?? []
        #expect(numbers.count == 2500 && Set(numbers.map { $0.text() }) == Set((1000..<3500).map { "\($0)" }))
        #expect(outcome.output.split(separator: "\n").count == 2502)
    }

    @Test func keysAreShownOnRequestOnly() throws {
        let daemon = try TestDaemon()
        try daemon.load(Self.add)
        let shown = try document(try daemon.setkey("-D --json --show-keys"), "ListAssociationsReply")
        let association = try #require(shown["associations"]?.elements.first)
        #expect(association["encryptionKey"]?.string == "73656372657473656372657473656372")
        let get = "get 10.0.0.1 10.0.0.2 esp 0x1001; dump;"
        #expect(!(try daemon.setkey("-c --json", input: get).output.contains("encryptionKey")))
        #expect(try daemon.setkey("-c --json --show-keys", input: get).output.contains("\"encryptionKey\""))
    }

    @Test func planOfAFileNamesItsPlaces() throws {
        let daemon = try TestDaemon(configuration: Self.add)
        let file = try daemon.directory.write("new.conf", "\n\(Self.policy)")
        let plan = try document(try daemon.setkey("--plan -f \(file) --json"), "PlanReply", status: 10)
        let steps = try #require(plan["steps"]?.elements)
        #expect(steps.compactMap { $0["location"]?.string } == ["\(file):2:1"], "\(steps)")
        #expect(plan["writes"] == .integer(steps.count))
    }

    @Test func aComparisonIsAsTheSchemaSays() throws {
        let daemon = try TestDaemon(configuration: Self.add + Self.policy)
        let other = try daemon.directory.write(
            "other.conf", Self.add.replacing("0x7365637265747365", with: "0x8365637265747365"))
        let outcome = try daemon.setkey("--compare \(other) --json")
        let differences = try document(outcome, "Comparison", status: 10)["differences"]?.elements
        #expect(differences?.contains { $0["field"]?.string == "integrityKey" } == true, "\(outcome.output)")
        #expect(!outcome.output.contains("65637265747365"))
    }

    @Test func confirmationAndReversionAreDocuments() throws {
        let daemon = try TestDaemon(configuration: Self.add)
        try daemon.directory.write("setkey.conf", Self.add + Self.policy)
        let reload = try document(try daemon.setkey("--reload --confirm 600 --json"), "ReloadReply")
        #expect(reload["confirmSeconds"] == .integer(600))
        #expect(try document(try daemon.setkey("--confirm --json"), "ConfirmReply") == .object([]))
        #expect(try document(try daemon.setkey("--revert --json"), "RevertReply")["policies"] == .integer(0))
    }

    // MARK: Runs

    @Test func runSaysWhatFailedAndWhere() throws {
        let daemon = try TestDaemon()
        let text =
            "\(Self.add)# ü\n  \(Self.add) delete 10.0.0.9 10.0.0.9 esp 999; get 10.0.0.1 10.0.0.2 esp 4097; spddump;"
        let outcome = try daemon.setkey("-c --json", input: text)
        let run = try document(outcome, "ExecuteReply", status: 1)
        #expect(outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(run["executed"] == .integer(5) && run["policies"] == .array([]))
        let failures = try #require(run["failures"]?.elements)
        #expect(failures.map { $0["file"]?.string } == ["<stdin>", "<stdin>"])
        #expect(failures.map { $0["line"] } == [.integer(4), .integer(6)], "\(failures)")
        #expect(failures.map { $0["column"] } == [.integer(3), .integer(2)])
        #expect(failures.map { $0["errno"] } == [.integer(Int(EEXIST)), .integer(Int(ESRCH))])
        #expect(failures[0]["offset"] == .integer(Self.add.utf8.count + "# ü\n  ".utf8.count))
        #expect(run["associations"]?.elements.map { $0["spi"] } == [.integer(4097)])
    }

    @Test func rolledBackRunSaysSo() throws {
        let daemon = try TestDaemon()
        let outcome = try daemon.setkey("-c --atomic --json", input: Self.add + Self.add)
        #expect(try document(outcome, "ExecuteReply", status: 1)["undone"] == .integer(1))
        #expect(outcome.errors.contains("rolled back"))
        let run = try document(try daemon.setkey("-cv --json", input: Self.add), "ExecuteReply")
        #expect(run["messages"]?.string?.contains("sadb_msg{") == true)
        #expect(run["messages"]?.string?.contains("73656372") == false)
    }

    @Test func textWithAnErrorIsTheDaemonsError() throws {
        let daemon = try TestDaemon()
        for (flags, text) in [("-c --json", "flsh;"), ("--plan -f - --json", "flsh;")] {
            let outcome = try daemon.setkey(flags, input: text)
            let error = try document(outcome, "InvalidTextError", status: 1)
            let diagnostic = try #require(error["parameters"]?["diagnostics"]?.elements.first)
            #expect(diagnostic["line"] == .integer(1) && diagnostic["severity"]?.string == "error")
            #expect(outcome.errors.hasPrefix("<stdin>:1:1: error: "), "\(outcome.errors)")
        }
    }

    // MARK: Diagnostics

    @Test func diagnosticsHaveTheirPlacesAndTheirRules() throws {
        let directory = try TestDirectory()
        let text = "# ä\n\(Self.policy)\tadd 10.0.0.3 10.0.0.4 esp 256 -E aes-cbc 0x73656372657473656372657473656372;\n"
        let file = try directory.write("a.conf", text)
        let outcome = try setkey(["-n", "-f", file, "--json"])
        let value = try JSONParser.value(outcome.output)
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        let wrapped = JSONValue.object([
            .init(name: "error", value: "org.setkeyd.InvalidText"), .init(name: "parameters", value: value),
        ])
        #expect(validator.faults(of: wrapped, as: "InvalidTextError").isEmpty)
        let diagnostics = value["diagnostics"]?.elements ?? []
        let codes = diagnostics.compactMap { $0["code"]?.string }
        #expect(codes.contains("no-sa-for-policy") && codes.contains("no-policy-for-sa"), "\(codes)")
        let stray = try #require(diagnostics.first { $0["code"]?.string == "no-policy-for-sa" })
        #expect(stray["file"]?.string == file && stray["line"] == .integer(3) && stray["column"] == .integer(2))
        #expect(stray["offset"] == .integer("# ä\n\(Self.policy)\t".utf8.count))
        #expect(!outcome.output.contains("73656372"))
    }

    @Test func errorsOfADryRunAreItsResult() throws {
        let outcome = try setkey(["-n", "-c", "--json"], input: Array("add 10.0.0.1 10.0.0.2 esp 7;\nflsh;\n".utf8))
        #expect(outcome.status == 1 && outcome.errors.isEmpty, "\(outcome.errors)")
        let diagnostics = try JSONParser.value(outcome.output)["diagnostics"]?.elements ?? []
        #expect(diagnostics.map { $0["line"] } == [.integer(1), .integer(2)], "\(outcome.output)")
        let clean = try setkey(["-n", "-c", "--json"], input: Array("flush;".utf8))
        #expect(try JSONParser.value(clean.output)["diagnostics"] == .array([]))
        let many = try setkey(["-n", "-c", "--json"], input: Array(String(repeating: "flsh;\n", count: 150).utf8))
        #expect(try JSONParser.value(many.output)["diagnostics"]?.elements.count == 100)
        #expect(many.errors == "... and 50 more errors\n")
    }

    // MARK: Failures

    @Test func failureBeforeAnAnswerPrintsNothing() throws {
        let outcome = try setkey(["-D", "--json", "--socket", "/nonexistent/control.sock"])
        #expect(outcome.status == 3 && outcome.output.isEmpty && outcome.errors.hasPrefix("setkey: cannot reach"))
        let missing = try setkey(["-n", "-f", "/nonexistent/a.conf", "--json"])
        #expect(missing.status == 1 && missing.output.isEmpty && !missing.errors.isEmpty)
        let usage = try setkey(["-F", "--json"])
        #expect(usage.status == 2 && usage.output.isEmpty)
    }

    @Test func failedReloadIsTheDaemonsError() throws {
        let daemon = try TestDaemon()
        try daemon.directory.write("setkey.conf", "flsh;")
        let outcome = try daemon.setkey("--reload --json")
        let error = try document(outcome, "ReloadFailedError", status: 1)
        #expect(error["parameters"]?["messages"]?.elements.count == 1)
        #expect(outcome.errors.contains("setkey.conf:1:1: error: "), "\(outcome.errors)")
    }

    // MARK: Streams

    @Test func monitorPrintsAnObjectALine() throws {
        let daemon = try TestDaemon()
        let monitor = try daemon.start("-x --json")
        try monitor.read { $0.outputText.hasSuffix("\n") }
        try daemon.load(Self.add + Self.policy + "flush;")
        try monitor.read { $0.outputText.contains("\"flushed\"") && $0.outputText.hasSuffix("\n") }
        let lines = monitor.outputText.split(separator: "\n").map(String.init)
        let events = try lines.map(JSONParser.value)
        for event in events { #expect(validator.faults(of: event, as: "MonitorReply").isEmpty, "\(event)") }
        #expect(events.prefix(4).map { $0["event"]?.string } == ["listening", "added", "policyAdded", "flushed"])
        #expect(events[1]["association"]?["spi"] == .integer(0x1001) && events[1]["text"] == nil)
        #expect(!monitor.outputText.contains("73656372"))
    }

    @Test func monitorShowsWhatIsAskedFor() throws {
        let daemon = try TestDaemon()
        let policies = try daemon.start("-x --json --only policies")
        let bytes = try daemon.start("-xH --json")
        let brief = try daemon.start("-xx --brief --only associations")
        let stranger = try daemon.start("-x --json --from 1")
        for monitor in [policies, bytes, stranger] { try monitor.read { $0.outputText.hasSuffix("\n") } }
        // The brief one does not say when it listens.
        for _ in 0..<100 {
            try daemon.load("\(Self.add)\(Self.policy)flush; spdflush;")
            let isOver = { (process: ChildProcess) in process.outputText.contains("flushed") }
            if (try? brief.read(until: isOver, within: .milliseconds(300))) != nil { break }
        }
        for monitor in [policies, bytes] { try monitor.read { $0.outputText.contains("\"policiesFlushed\"") } }
        #expect(!policies.outputText.contains("\"added\"") && policies.outputText.contains("\"policyAdded\""))
        let message = try #require(bytes.outputText.split(separator: "\n").dropFirst().first)
        #expect(try JSONParser.value(String(message))["hex"] != nil && !bytes.outputText.contains("73656372"))
        let row = #/\d{10}\.\d{6} (SA|SAs|all SAs) .*/#
        for line in brief.outputText.split(separator: "\n") { #expect(line.wholeMatch(of: row) != nil, "\(line)") }
        #expect(stranger.outputText.split(separator: "\n").count == 1)
    }

    @Test func liveViewPrintsADocumentALineEverySecond() throws {
        let daemon = try TestDaemon()
        try daemon.load(Self.add)
        let live = try daemon.start("-l --json")
        try live.read { $0.outputText.count { $0 == "\n" } >= 2 }
        let lines = live.outputText.split(separator: "\n").prefix(2).map(String.init)
        for value in try lines.map(JSONParser.value) {
            #expect(validator.faults(of: value, as: "ListAssociationsReply").isEmpty)
            #expect(value["associations"]?.elements.count == 1)
        }
    }

    @Test func liveViewOnceEnds() throws {
        let daemon = try TestDaemon()
        try daemon.load(Self.add)
        let outcome = try daemon.setkey("-l --once")
        #expect(outcome.status == 0 && outcome.output.split(separator: "\n").count == 2, "\(outcome.output)")
        let terminal = try PseudoTerminal(width: 100, height: 3)
        let live = try daemon.start("-l --once", on: terminal, extra: ["NO_COLOR": "1"])
        #expect(try live.wait() == .exited(0))
        #expect(live.outputText.contains("0x00001001") && !live.outputText.contains("\u{1b}"), "\(live.outputText)")
    }
}
