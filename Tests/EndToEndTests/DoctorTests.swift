import Testing

/// `setkey --doctor`, asked of a real daemon.
@Suite struct DoctorTests {
    private static let policy = "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/transport//require;\n"

    @Test func theExitStatusSaysWhetherSomethingIsWrong() throws {
        let daemon = try TestDaemon()
        let healthy = try daemon.setkey("--doctor")
        #expect(healthy.status == 0 && healthy.output == "nothing found\n", "\(healthy)")
        // What others make may be as they want it.
        let run = try daemon.setkey("-c", input: "\(Self.policy)add 10.9.0.1 10.9.0.2 esp 0x1001 -E null;\n")
        #expect(run.status == 0, "\(run.errors)")
        let foreign = try daemon.setkey("--doctor")
        #expect(foreign.status == 0 && foreign.errors.isEmpty, "\(foreign)")
        #expect(foreign.output.contains("note: no SA of the kernel fits esp/transport//require"), "\(foreign)")
        #expect(
            foreign.output.contains("[no-sa-for-policy]\n  spdadd 10.1.0.0/16 10.2.0.0/16 any -P out"), "\(foreign)")
        #expect(foreign.output.contains("\n     foreign\n  cause: "), "\(foreign)")
        #expect(foreign.output.hasSuffix("\n2 notes\n"), "\(foreign)")
    }

    @Test func whatTheFileDeclaresAndCannotWorkIsAnError() throws {
        let daemon = try TestDaemon(configuration: Self.policy)
        let ill = try daemon.setkey("--doctor")
        #expect(ill.status == 10 && ill.errors.isEmpty, "\(ill)")
        #expect(ill.output.hasPrefix("error: no SA of the kernel fits esp/transport//require [no-sa"), "\(ill)")
        #expect(ill.output.contains("setkey.conf:1:1\n  do: add one\n1 error\n"), "\(ill)")
    }

    @Test func aProgramGetsADocument() throws {
        let daemon = try TestDaemon(configuration: Self.policy)
        let outcome = try daemon.setkey("--doctor --json")
        #expect(outcome.status == 10, "\(outcome)")
        #expect(outcome.output.hasPrefix("{") && outcome.output.contains("\"no-sa-for-policy\""), "\(outcome.output)")
        #expect(outcome.output.contains("setkey.conf:1:1\""), "\(outcome.output)")
    }
}
