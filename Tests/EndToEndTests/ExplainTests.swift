import Testing

/// `--explain`: many who ask at once, and questions that make no sense.
struct ExplainTests {
    /// One policy of many for it, in the middle, and its SA.
    private static let file =
        (0..<2000).map { number in
            "spdadd 10.1.0.0/16 10.\(number / 250 + 10).\(number % 250).0/24 any -P out "
                + (number == 1000 ? "ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;\n" : "discard;\n")
        }
        .joined() + "add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E null;\n"

    @Test func twoHundredWhoAskAtOnceGetTheirAnswers() throws {
        let daemon = try TestDaemon(configuration: Self.file)
        let askers = try (0..<200).map { _ in
            try ChildProcess(
                Programs.setkey, ["--explain", "10.1.0.5", "10.14.0.7", "tcp", "any", "443"],
                environment: daemon.environment)
        }
        for asker in askers {
            #expect(try asker.wait() == .exited(0), "\(asker.errorText)")
            #expect(asker.outputText.hasSuffix("verdict: leaves encrypted or authenticated\n"), "\(asker.outputText)")
        }
        #expect(try daemon.setkey("--status").output.contains("state: settled"))
    }

    /// OSPFv3 (RFC 4552) as the guide has it: one SA for all routers that send to the group.
    @Test func anSAFromAnywhereProtects() throws {
        let daemon = try TestDaemon(
            configuration: """
                add :: ff02::5 ah 0x5001 -u 1 -r 0 -A hmac-sha1 0xd41b7790c35ea8f2064d81b93f72ce150ab6e897;
                spdadd fe80::/10 ff02::5 89 -P out ipsec ah/transport//unique:1;
                """)
        let outcome = try daemon.setkey("--explain fe80::1 ff02::5 89")
        #expect(outcome.status == 0)
        #expect(outcome.output.hasSuffix("verdict: leaves encrypted or authenticated\n"), "\(outcome)")
    }

    @Test(arguments: [
        ("--explain 10.1.0.5 2001:db8::1", "family"), ("--explain 10.1.0.5", "--explain"),
        ("--explain 10.1.0.300 10.2.0.7", "10.1.0.300"), ("--explain 10.1.0.5 10.2.0.7 nonsense", "nonsense"),
        ("--explain 10.1.0.5 10.2.0.7 tcp 1 65536", "65536"), ("--explain 10.1.0.5 10.2.0.7 --mark x", "x"),
        ("--explain 10.1.0.5/24 10.2.0.7", "10.1.0.5/24"),
    ]) func nonsenseIsAUsageError(line: String, named: String) throws {
        let outcome = try setkey(line.split(separator: " ").map(String.init))
        #expect(outcome.status == 2, "\(outcome.output)\(outcome.errors)")
        #expect(outcome.errors.contains(named), "\(outcome.errors)")
    }

    @Test func anUnknownDeviceMatchesNoPolicyThatNamesOne() throws {
        let daemon = try TestDaemon(configuration: "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out discard;")
        let outcome = try daemon.setkey("--explain 10.1.0.5 10.2.0.7 --dev nothere")
        #expect(outcome.status == 0 && outcome.output.hasSuffix("verdict: is dropped\n"), "\(outcome)")
    }
}
