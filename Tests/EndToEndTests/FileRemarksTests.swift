import Glibc
import InterfaceSchema
import Testing

/// What the rules remark on the daemon's file, by the ways in which it can be asked about.
@Suite struct FileRemarksTests {
    /// A tunnel without `fwd`, a warning. No SA serves it, a note where the file has no SA at all.
    private static let tunnel =
        "spdadd 10.1.0.0/16 10.2.0.0/16 any -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/require;\n"
    private static let warning = "1:1: warning: tunnel policy for 'in' has no matching 'fwd' policy"
    private static let note = "1:1: note: "

    @Test func aPlanOfTheDaemonsFileRemarksOnItAsOneOfAnotherFileDoes() throws {
        let daemon = try TestDaemon(configuration: Self.tunnel)
        let file = "\(daemon.directory.path)/setkey.conf"
        for flags in ["--plan", "--plan -f \(file)", "-n -f \(file)"] {
            let outcome = try daemon.setkey(flags)
            #expect(outcome.status == 0, "\(flags): \(outcome.errors)")
            #expect(outcome.errors.contains("\(file):\(Self.warning)"), "\(flags): \(outcome.errors)")
            #expect(outcome.errors.contains("\(file):\(Self.note)"), "\(flags): \(outcome.errors)")
            #expect(outcome.errors.contains("spdadd 10.1.0.0/16"), "\(flags): \(outcome.errors)")
            #expect(!outcome.output.contains("warning: "))
        }
        let json = try daemon.setkey("--plan --json")
        #expect(json.status == 0 && json.errors.isEmpty, "\(json.errors)")
        let remarks = try JSONParser.value(json.output)["warnings"]?.elements.compactMap(\.string).joined() ?? ""
        #expect(remarks.contains("\(file):\(Self.warning)") && remarks.contains("\(file):\(Self.note)"), "\(remarks)")
        // A reload and the log are not for notes.
        let reload = try daemon.setkey("--reload")
        #expect(reload.errors.contains(Self.warning) && !reload.errors.contains(Self.note), "\(reload.errors)")
    }

    @Test func everyMessageBeginsWithItsPlaceOrWithTheProgramsName() throws {
        let daemon = try TestDaemon()
        let file = try daemon.directory.write("setkey.conf", "flsh;\nflsh;\n")
        for flags in ["--plan", "--reload", "-n -f \(file)"] {
            let outcome = try daemon.setkey(flags)
            #expect(outcome.status == 1)
            let heads = outcome.errors.split(separator: "\n").filter { $0.contains("error: ") }
            #expect(
                heads.map { $0.prefix(file.utf8.count + 5) } == ["\(file):1:1:", "\(file):2:1:"], "\(outcome.errors)")
        }
        try daemon.directory.write("setkey.conf", "")
        #expect(unsafe unlink(file) == 0)
        let missing = try daemon.setkey("--reload")
        #expect(missing.errors.hasPrefix("setkey: \(file): no such file"), "\(missing.errors)")
    }

    @Test func checkPrintsNotesAsDryRunsDo() throws {
        let directory = try TestDirectory()
        let file = try directory.write("setkey.conf", Self.tunnel)
        let check = try run(Programs.setkeyd, ["--check", "--config", file])
        #expect(check.status == 0)
        for remark in [Self.warning, Self.note] {
            #expect(check.errors.contains("setkeyd: \(file):\(remark)"), "\(check.errors)")
        }
    }

    @Test func wrongPermissionsDoNotHideWhatTheRulesSay() throws {
        let directory = try TestDirectory()
        let file = try directory.write("setkey.conf", Self.tunnel)
        #expect(unsafe chmod(file, 0o666) == 0)
        let check = try run(Programs.setkeyd, ["--check", "--config", file])
        #expect(check.status == 1)
        #expect(check.errors.hasPrefix("setkeyd: \(file): error: the file is world-writable; "), "\(check.errors)")
        #expect(check.errors.contains(Self.warning) && check.errors.contains(Self.note), "\(check.errors)")
    }
}
