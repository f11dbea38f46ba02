import Glibc
import TestSupport
import Testing

/// `setkey -c` and `-f` on a daemon.
@Suite struct StatementRunTests {
    private let add = "add 10.0.0.1 10.0.0.2 esp 0x1001 -E aes-cbc \"secretsecretsecr\";"

    /// The SPIs of `setkey -D`, sorted.
    private func spis(_ daemon: TestDaemon) throws -> [Int] {
        try daemon.setkey("-D").output.split(separator: "\n").compactMap { line in
            guard let start = line.range(of: "spi=") else { return nil }
            return Int(line[start.upperBound...].prefix { $0 != "(" })
        }.sorted()
    }

    @Test func refusalOfTheKernelNamesTheStatementAndTheRunGoesOn() throws {
        let daemon = try TestDaemon()
        let file = try daemon.directory.write(
            "site.conf", "\(add)\n# again\n  \(add)\nadd 10.0.0.1 10.0.0.2 esp 0x1002 -E null;\n")
        let outcome = try daemon.setkey("-f \(file)")
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        let message = "\(file):3:3: error: add esp 10.0.0.2 spi 0x1001: the SA already exists (EEXIST); update changes"
        #expect(outcome.errors.hasPrefix(message) && outcome.errors.hasSuffix("first\n"), "\(outcome.errors)")
        #expect(try spis(daemon) == [0x1001, 0x1002])
    }

    @Test func atomicRunThatFailsAtOnceHasNothingToRollBack() throws {
        let daemon = try TestDaemon()
        try daemon.load(add)
        let outcome = try daemon.setkey("--atomic -c", input: add)
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.hasSuffix("setkey: the run was stopped: it had not changed anything\n"), "\(outcome.errors)")
    }

    @Test func atomicRunIsRolledBackAtItsFirstFailure() throws {
        let daemon = try TestDaemon()
        try daemon.load(add)
        let text = "add 10.0.0.1 10.0.0.2 esp 0x1002 -E null; \(add) add 10.0.0.1 10.0.0.2 esp 0x1003 -E null;"
        let outcome = try daemon.setkey("--atomic -c", input: text)
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.contains("<stdin>:1:43: error: ") && outcome.errors.contains("EEXIST"), "\(outcome.errors)")
        #expect(outcome.errors.hasSuffix("setkey: the run was rolled back: 1 change was undone\n"))
        #expect(try spis(daemon) == [0x1001])
    }

    @Test func runThatTheDaemonLeavesSaysHowFarItCame() throws {
        let directory = try TestDirectory()
        let server = try BrokenServer(
            path: "\(directory.path)/s", answer: #"{"parameters":{"executed":1},"continues":true}"#)
        let process = try ChildProcess(Programs.setkey, ["-c", "--socket", server.path])
        try process.send(Array("flush; spdflush;".utf8))
        // An older daemon does not know what its kernel interface can carry.
        try server.answerOneCall(
            #"{"error":"org.varlink.service.MethodNotFound","parameters":{"method":"org.setkeyd.Traits"}}"#)
        try server.answerOneCall()
        #expect(try process.wait() == .exited(3))
        #expect(process.errorText.contains("1 of 2 statements was executed; "), "\(process.errorText)")
        #expect(process.errorText.contains("journalctl -u setkeyd"), "\(process.errorText)")
    }

    @Test(arguments: [
        ("esp 256 -E aes-cbc 0x00112233445566778899aabbccddeeff", "TOY cannot express aes-cbc"),
        ("esp 256 -r 9 -E null -A hmac-md5 0x00112233445566778899aabbccddeeff", "TOY cannot express a replay window"),
        ("esp 256 -E hmac-md5", "hmac-md5 is no encryption algorithm"),
    ])
    func theDaemonSaysWhatATextMaySay(_ clauses: String, _ complaint: String) throws {
        let directory = try TestDirectory()
        let server = try BrokenServer(
            path: "\(directory.path)/s",
            answer: #"{"parameters":{"interface":"TOY","encryption":["null","telepathy"],"integrity":["hmac-md5"],"#
                + #""compression":[],"algorithmNumbers":false,"replay":8,"reqid":70000,"originalAddress":true,"#
                + #""marks":true,"flags":[],"options":false}}"#)
        let process = try ChildProcess(Programs.setkey, ["-c", "--socket", server.path])
        try process.send(Array("add 192.0.2.1 192.0.2.2 \(clauses) ;".utf8))
        try server.answerOneCall()
        #expect(try process.wait() == .exited(1))
        #expect(process.errorText.contains("<stdin>:1:"), "\(process.errorText)")
        #expect(process.errorText.contains(complaint), "\(process.errorText)")
    }

    @Test func textWithAnErrorChangesNothing() throws {
        let daemon = try TestDaemon()
        let outcome = try daemon.setkey("-f -", input: "\(add)\nadd 10.0.0.1 10.0.0.2 esp 0x1002 -E aes-cbc \"short\";")
        #expect(outcome.status == 1)
        #expect(outcome.errors.hasPrefix("<stdin>:2:"), "\(outcome.errors)")
        #expect(!outcome.errors.contains("short"))
        #expect(try spis(daemon).isEmpty)
    }

    @Test func everyOperationOfTheManualWorks() throws {
        let daemon = try TestDaemon()
        try daemon.load(
            """
            add 10.0.11.41 10.0.11.33 esp 123457 -m tunnel -E des-cbc "ESP SA!!" ;
            add 10.0.11.41 10.0.11.33 ah 123456 -m transport -A hmac-sha1 "AH SA configuration!" ;
            add 10.0.11.41 10.0.11.34 esp 0x10001 -m tunnel -E des-cbc "ESP with" -A hmac-md5 "authentication!!" ;
            spdadd 192.168.0.1/32[23] 192.168.0.2/32[any] any -P out ipsec esp/tunnel/10.0.11.41-10.0.11.34/require ;
            """)
        let got = try daemon.setkey("-c", input: "get 10.0.11.41 10.0.11.33 ah 123456 ;")
        #expect(got.status == 0)
        #expect(got.output.contains("ah mode=transport spi=123456(0x0001e240)"))
        let dumped = try daemon.setkey("-c", input: "dump esp ; spddump ;")
        #expect(dumped.output.contains("spi=123457(") && dumped.output.contains("spi=65537("))
        #expect(!dumped.output.contains("\tah mode"))
        #expect(dumped.output.contains("esp/tunnel/10.0.11.41-10.0.11.34/require"))
        try daemon.load("delete 10.0.11.41 10.0.11.33 esp 123457 ; deleteall 10.0.11.41 10.0.11.34 esp ;")
        #expect(try spis(daemon) == [123456])
        try daemon.load("spddelete 192.168.0.1/32[23] 192.168.0.2/32[any] any -P out ; flush ; spdflush ;")
        #expect(try daemon.setkey("-D").output == "No SAD entries.\n")
        #expect(try daemon.setkey("-DP").output == "No SPD entries.\n")
        #expect(try daemon.setkey("-c", input: "delete 10.0.11.41 10.0.11.33 esp 123457 ;").status == 1)
    }

    @Test func inPolicyBecomesAForwardPolicyWithRFCSemanticsOnly() throws {
        let daemon = try TestDaemon()
        let text = "spdadd 10.1.0.0/16 10.2.0.0/16 any -P in ipsec esp/tunnel/1.2.3.4-5.6.7.8/require;"
        #expect(try daemon.setkey("-k -c", input: text).status == 0)
        #expect(!(try daemon.setkey("-DP").output.contains("\tfwd ")))
        #expect(try daemon.setkey("-r -c", input: "spdflush; \(text)").status == 0)
        let policies = try daemon.setkey("-DP").output
        #expect(policies.contains("\tin prio def ipsec") && policies.contains("\tfwd prio def ipsec"), "\(policies)")
    }

    @Test func includesCredentialsAndRawKeysAreSentFromOneFile() throws {
        let daemon = try TestDaemon()
        try daemon.directory.write("credential", "000102030405060708090a0b0c0d0e0f")
        try daemon.directory.write("10.conf", add)
        try daemon.directory.write("20.conf", "\n\n\(add)")
        var bytes = Array("include \"[0-9]*.conf\";\nadd 10.0.0.1 10.0.0.2 esp 0x1002 -E aes-cbc \"".utf8)
        bytes += (0xf0...0xff).map { UInt8($0) }
        bytes += Array("\";\nadd 10.0.0.1 10.0.0.2 esp 0x1003 -E aes-cbc @credential;\n\(add)".utf8)
        let file = try daemon.directory.write("main.conf", bytes)
        let outcome = try setkey(
            ["-f", file],
            environment: daemon.environment.merging(["CREDENTIALS_DIRECTORY": daemon.directory.path]) { $1 })
        #expect(outcome.status == 1)
        let lines = outcome.errors.split(separator: "\n")
        #expect(lines.count == 2, "\(outcome.errors)")
        #expect(lines.first?.hasPrefix("\(daemon.directory.path)/20.conf:3:1: error: ") == true, "\(outcome.errors)")
        #expect(lines.last?.hasPrefix("\(file):4:1: error: ") == true, "\(outcome.errors)")
        let dump = try daemon.setkey("-D --show-keys").output
        #expect(dump.contains("E: aes-cbc  f0f1f2f3 f4f5f6f7 f8f9fafb fcfdfeff"), "\(dump)")
        #expect(dump.contains("E: aes-cbc  00010203 04050607 08090a0b 0c0d0e0f"))
    }

    @Test func longRunIsSentInPartsAndKeepsItsLines() throws {
        let daemon = try TestDaemon()
        let count = 3000
        var text = ""
        for number in 0..<count {
            // Every thousandth statement is there already when it comes.
            let spi = number % 1000 == 999 ? number - 1 : number
            text += "add 10.0.0.1 10.0.0.2 esp \(4096 + spi) -E null; # line \(number + 1)\n"
        }
        let outcome = try daemon.setkey("-c", input: text)
        #expect(outcome.status == 1)
        let places = outcome.errors.split(separator: "\n").map { $0.prefix { $0 != " " } }
        #expect(places == ["<stdin>:1000:1:", "<stdin>:2000:1:", "<stdin>:3000:1:"], "\(outcome.errors)")
        #expect(try spis(daemon).count == count - 3)
    }

    @Test func verboseRunShowsTheKernelsMessages() throws {
        let daemon = try TestDaemon()
        let outcome = try daemon.setkey("-v -c", input: add)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("sadb_msg{ version=2 type=3"), "\(outcome.output)")
        #expect(!outcome.output.contains("73656372"))
    }

    @Test func endWordsEndTheInput() throws {
        let daemon = try TestDaemon()
        for (index, word) in ["exit", "quit", "bye"].enumerated() {
            let outcome = try daemon.setkey(
                "-c", input: "add 10.0.0.1 10.0.0.2 esp \(4096 + index) -E null; \(word); this is not read")
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        #expect(try spis(daemon) == [4096, 4097, 4098])
    }

    @Test func emptyInputIsNoError() throws {
        let daemon = try TestDaemon()
        for text in ["", "\n", "# nothing\n", ";;\n", "\u{feff}# bom\r\n"] {
            let outcome = try daemon.setkey("-c", input: text)
            #expect(outcome.status == 0 && outcome.output.isEmpty && outcome.errors.isEmpty, "\(outcome.errors)")
        }
    }

    @Test func randomBytesAreRefusedAndTheDaemonServesOn() throws {
        let daemon = try TestDaemon()
        let seed = UInt64(truncatingIfNeeded: ContinuousClock.now.duration(to: .now).attoseconds) ^ UInt64(getpid())
        var random = SplitMix(seed: seed)
        for round in 0..<10 {
            // A first byte that begins no statement, so that no round is good by accident.
            let bytes =
                [0xff]
                + (0..<Int.random(in: 1...5000, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            let outcome = try setkey(["-c"], input: bytes, environment: daemon.environment)
            #expect(outcome.status == 1, "seed \(seed), round \(round)")
        }
        #expect(try daemon.setkey("-D").output == "No SAD entries.\n")
    }

    @Test func hostileTextIsAnErrorWithItsPlace() throws {
        let daemon = try TestDaemon()
        let texts: [(String, [UInt8])] = [
            ("NUL", [0]),
            ("not UTF-8", [0xc3, 0x28]),
            ("no end of string", Array("add 1.2.3.4 1.2.3.5 esp 300 -E aes-cbc \"".utf8)),
            ("a long line", Array(repeating: UInt8(ascii: "a"), count: 1 << 20)),
            ("no semicolon", Array("flush".utf8)),
            ("terminal escapes", Array("\u{1b}[2Jflush;".utf8)),
        ]
        for (name, bytes) in texts {
            let outcome = try setkey(["-c"], input: bytes, environment: daemon.environment)
            #expect(outcome.status == 1, "\(name)")
            #expect(outcome.errors.hasPrefix("<stdin>:1:"), "\(name): \(outcome.errors)")
            #expect(!outcome.errors.contains("\u{1b}"), "\(name)")
            #expect(outcome.errors.utf8.count < 10_000, "\(name)")
        }
        #expect(try daemon.setkey("--status").status == 0)
    }
}

extension Duration {
    fileprivate var attoseconds: Int64 { components.attoseconds }
}

extension StringProtocol {
    /// The range of the first `needle`.
    fileprivate func range(of needle: String) -> Range<Index>? {
        indices.lazy.first { self[$0...].hasPrefix(needle) }.map { start in
            start..<self.index(start, offsetBy: needle.count)
        }
    }
}
