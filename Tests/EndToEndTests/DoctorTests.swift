import Testing

/// `setkey --doctor`, asked of a real daemon.
@Suite struct DoctorTests {
    private static let policy = "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/transport//require;\n"

    @Test func theExitStatusSaysWhetherSomethingIsWrong() throws {
        let daemon = try TestDaemon()
        let healthy = try daemon.setkey("--doctor")
        #expect(healthy.status == 0 && healthy.output == "nothing found\n", "\(healthy)")
        let run = try daemon.setkey("-c", input: "\(Self.policy)add 10.9.0.1 10.9.0.2 esp 0x1001 -E null;\n")
        #expect(run.status == 0, "\(run.errors)")
        let ill = try daemon.setkey("--doctor")
        #expect(ill.status == 10 && ill.errors.isEmpty, "\(ill)")
        #expect(ill.output.hasPrefix("warning: no SA of the kernel fits esp/transport//require"), "\(ill.output)")
        #expect(ill.output.contains("[no-sa-for-policy]\n  spdadd 10.1.0.0/16 10.2.0.0/16 any -P out"), "\(ill.output)")
        #expect(ill.output.contains("\n     foreign\n  do: "), "\(ill.output)")
        #expect(ill.output.hasSuffix("warnings\n") || ill.output.hasSuffix("warning\n"), "\(ill.output)")
    }

    @Test func aProgramGetsADocument() throws {
        let daemon = try TestDaemon(configuration: Self.policy)
        let outcome = try daemon.setkey("--doctor --json")
        // That the SAs come from elsewhere is a note, and no fault.
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output.hasPrefix("{") && outcome.output.contains("\"no-sa-for-policy\""), "\(outcome.output)")
        #expect(outcome.output.contains("setkey.conf:1:1\""), "\(outcome.output)")
    }
}
