import Glibc
import Testing

/// `--plan`, `--confirm`, `--revert`: the client's side of the declarative file.
struct DeclarativeFileTests {
    private static let association = """
        add 10.0.0.1 10.0.0.2 esp 0x1001 -m tunnel -E aes-cbc 0x000102030405060708090a0b0c0d0e0f
            -A hmac-sha1 0x000102030405060708090a0b0c0d0e0f10111213 ;

        """
    private static let policies = """
        spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/10.0.0.1-10.0.0.2/require ;
        spdadd 10.3.0.0/16 10.2.0.0/16 any -P out none ;

        """
    private static let file = association + policies

    @Test func aPlanOfAnUnchangedFileIsEmpty() throws {
        let daemon = try TestDaemon(configuration: Self.file)
        let plan = try daemon.setkey("--plan")
        #expect(plan.status == 0)
        #expect(plan.output == "nothing would change\n")
        let json = try daemon.setkey("--plan --json")
        #expect(json.status == 0)
        #expect(
            json.output.contains("\"steps\" : [\n\n  ],\n") && json.output.hasSuffix("\"writes\" : 0\n}\n"),
            "\(json.output)")
    }

    @Test func aPlanSaysWhatAReloadThenDoes() throws {
        let daemon = try TestDaemon(configuration: Self.file)
        try daemon.directory.write(
            "setkey.conf",
            Self.association.replacing("0x00010203", with: "0xff010203")
                .replacing("-m tunnel", with: "-m tunnel -lh 50")
                + Self.policies.replacing("/require", with: "/unique:7").replacing("10.3.0.0/16", with: "10.4.0.0/16"))
        let plan = try daemon.setkey("--plan")
        #expect(plan.status == 10)
        let file = "\(daemon.directory.path)/setkey.conf"
        #expect(
            plan.output == """
                ~ add 10.0.0.1 10.0.0.2 esp 0x1001 -m tunnel -r 32 -lh 50 -E aes-cbc <hidden> -A hmac-sha1 <hidden> ;
                    \(file):1:1: key and lifetime differ; will be deleted and re-added, losing packets in between (use a \
                new SPI to avoid this)
                    lifetime: none -> hard 50 s
                ~ spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/10.0.0.1-10.0.0.2/unique:7 ;
                    \(file):3:1: action differs
                    action: ipsec esp/tunnel/10.0.0.1-10.0.0.2/require -> ipsec esp/tunnel/10.0.0.1-10.0.0.2/unique:7
                + spdadd 10.4.0.0/16 10.2.0.0/16 any -P out none ;
                    \(file):4:1: missing
                - spddelete 10.3.0.0/16 10.2.0.0/16 any -P out ;
                    no longer declared
                4 changes, 5 writes to the kernel

                """, "\(plan.output)")
        let json = try daemon.setkey("--plan --json").output
        #expect(json.contains("\"reason\" : \"differs(key, lifetime)\"") && json.contains("\"writes\" : 5"))
        #expect(json.contains("\"location\" : \"\(file):3:1\""))
        #expect(!(plan.output + json).contains("10203"))
        #expect(try daemon.setkey("--reload").output.hasPrefix("reloaded: 5 writes to the kernel; "))
        #expect(try daemon.setkey("--plan").status == 0)
    }

    @Test func aPlanOfAnotherFileNamesItsLines() throws {
        let daemon = try TestDaemon(configuration: Self.file)
        let other = try daemon.directory.write(
            "other.conf", "include \"part.conf\" ;\n" + Self.policies + "flush ;\n\n" + Self.association)
        try daemon.directory.write("part.conf", "\nspdadd ::1 ::2 any -P in discard ;\n")
        let plan = try daemon.setkey("--plan -f \(other)")
        #expect(plan.status == 10)
        #expect(
            plan.output == """
                + spdadd ::1 ::2 any -P in discard ;
                    \(daemon.directory.path)/part.conf:2:1: missing
                1 change, 1 write to the kernel

                """, "\(plan.output)\(plan.errors)")
        let piped = try daemon.setkey("--plan -f -", input: Self.file)
        #expect(piped.status == 0, "\(piped.errors)")
        #expect(try daemon.setkey("--plan -f -").output.hasSuffix("3 changes, 3 writes to the kernel\n"))
    }

    @Test func aPlanLongerThanAFrameComesWhole() throws {
        let daemon = try TestDaemon()
        let lines = (0..<3000).map { "spdadd 10.\($0 / 256).\($0 % 256).0/24 10.200.0.0/16 any -P out none ;\n" }
        let text = lines.joined()
        let plan = try daemon.setkey("--plan -f -", input: text)
        #expect(plan.status == 10)
        #expect(plan.output.hasSuffix("3000 changes, 3000 writes to the kernel\n"))
        #expect(plan.output.contains("<stdin>:3000:1: missing"))
    }

    @Test func aPlanOfAFileWithErrorsSaysWhere() throws {
        let daemon = try TestDaemon(configuration: Self.file)
        let twice = try daemon.setkey("--plan -f -", input: Self.association + Self.association)
        #expect(twice.status == 1)
        let error = "<stdin>:3:1: error: esp 10.0.0.2 spi 0x1001 is declared twice"
        #expect(twice.errors.contains(error), "\(twice.errors)")
        #expect(twice.errors.contains("<stdin>:1:1: note: the first declaration is here"))
        // Only the daemon can say whether it has a credential.
        let credential = try daemon.setkey(
            "--plan -f -", input: "flush ;\nadd ::1 ::2 esp 256 -ph 9 -E null -A hmac-sha512 @out.a ; # secret\n")
        #expect(credential.status == 1)
        #expect(
            credential.errors == """
                <stdin>:2:50: error: there is no credential directory to read out.a from; pass it to the service by \
                LoadCredential= and restart it, or set CREDENTIALS_DIRECTORY
                   add ::1 ::2 esp 256 -ph 9 -E null -A hmac-sha512 @out.a ; #*******
                                                                    ^~~~~~

                """, "\(credential.errors)")
        try daemon.directory.write("setkey.conf", "spdadd nonsense ;")
        let plan = try daemon.setkey("--plan")
        #expect(plan.status == 1)
        #expect(plan.errors.contains("setkey.conf:1:8: error:"), "\(plan.errors)")
        #expect(try daemon.setkey("--status").output.contains("state: settled\n"))
    }

    @Test func aReloadThatIsNotConfirmedIsRolledBackAndSaysSo() throws {
        let daemon = try TestDaemon(configuration: Self.file)
        try daemon.directory.write("setkey.conf", "flush ; spdflush ;")
        let reload = try daemon.setkey("--reload --confirm 1")
        #expect(reload.status == 0)
        #expect(reload.output.contains("run `setkey --confirm` within 1 s, or this reload is rolled back\n"))
        let deadline = ContinuousClock.now + .seconds(30)
        while try !daemon.setkey("--status").output.contains("not confirmed, so it was rolled back") {
            try #require(ContinuousClock.now < deadline)
        }
        #expect(try daemon.setkey("-D").output.contains("spi=4097"))
        let status = try daemon.setkey("--status").output
        #expect(status.contains("state: the last reload was not confirmed, so it was rolled back"), "\(status)")
        #expect(status.contains("associations: 1 in the kernel: 1 declared, 0 foreign; 1 declared: "))
    }

    @Test func aReloadCanBeConfirmedAndRolledBack() throws {
        let daemon = try TestDaemon(configuration: Self.file)
        #expect(try daemon.setkey("--confirm").status == 1)
        #expect(try daemon.setkey("--revert").errors.contains("there is no reload to roll back"))
        try daemon.directory.write("setkey.conf", Self.policies)
        #expect(try daemon.setkey("--reload --confirm=3600").status == 0)
        let status = try daemon.setkey("--status").output
        #expect(status.contains("\nunconfirmed: will be rolled back in 3"), "\(status)")
        #expect(try daemon.setkey("--confirm").output == "confirmed: the last reload is kept\n")
        let revert = try daemon.setkey("--revert")
        #expect(revert.status == 0)
        #expect(revert.output.hasPrefix("rolled back: 1 write to the kernel; 1 SA and 2 policies declared\n"))
        #expect(try daemon.setkey("-D").output.contains("spi=4097"))
        #expect(try daemon.setkey("--reload").output.hasPrefix("reloaded: 1 write"))
    }

    @Test func offTakesOutWhatTheFileDeclaresAndOutlivesARestart() throws {
        let daemon = try TestDaemon(configuration: Self.file)
        let off = try daemon.setkey("--off")
        #expect(off.status == 0)
        #expect(off.output == "off: 3 writes to the kernel; nothing of the file is applied until `setkey --on`\n")
        #expect(try daemon.notification(containing: "STATUS=off: nothing of").contains("until setkey --on"))
        #expect(!(try daemon.setkey("-D").output.contains("spi=4097")))
        let status = try daemon.setkey("--status").output
        #expect(status.contains("\nstate: off: nothing of"), "\(status)")
        #expect(status.contains("\noff since: "), "\(status)")
        let reload = try daemon.setkey("--reload")
        #expect(reload.status == 1)
        #expect(reload.errors.contains("off: nothing of"), "\(reload.errors)")
        #expect(try daemon.setkey("--plan").status == 10)
        kill(daemon.process.pid, SIGTERM)
        _ = try daemon.process.wait()
        let next = try TestDaemon(in: daemon.directory, Programs.setkeyd) { socket, state in
            [
                "--kernel", "simulated", "--socket", socket, "--state-directory", state, "--config",
                "\(daemon.directory.path)/setkey.conf",
            ]
        }
        try #require(try next.isReady(), "\(next.process.errorText)")
        #expect(try daemon.setkey("--status").output.contains("\nstate: off: nothing of"))
        let on = try daemon.setkey("--on")
        #expect(on.output == "on: 3 writes to the kernel; the file declares 1 SA and 2 policies\n", "\(on)")
        #expect(try daemon.setkey("-D").output.contains("spi=4097"))
        #expect(try daemon.setkey("--on").output == "on: nothing differed; the file declares 1 SA and 2 policies\n")
    }

    /// As sd_notify(3) wants it of a service of `Type=notify-reload`: the time in the same datagram.
    @Test func aReloadIsToldInOneDatagramWithItsTime() throws {
        let daemon = try TestDaemon(configuration: Self.file)
        #expect(try daemon.setkey("--reload").status == 0)
        let lines = try daemon.notification(containing: "RELOADING=1").split(separator: "\n")
        #expect(lines.first == "RELOADING=1" && lines.count == 2)
        #expect(lines.last?.hasPrefix("MONOTONIC_USEC=") == true)
        let time = try #require(lines.last.flatMap { UInt64($0.dropFirst("MONOTONIC_USEC=".count)) })
        #expect(time > 0)
        let ready = try daemon.notification(containing: "READY=1")
        #expect(ready == "READY=1\nSTATUS=settled: 1 SA, 2 policies, 0 drifted")
    }

    @Test func driftIsPutBackAndCounted() throws {
        let daemon = try TestDaemon(configuration: Self.file)
        #expect(try daemon.setkey("-F").status == 0)
        let deadline = ContinuousClock.now + .seconds(30)
        while try !daemon.setkey("-D").output.contains("spi=4097") { try #require(ContinuousClock.now < deadline) }
        let status = try daemon.setkey("--status --json").output
        #expect(status.contains("\"drifted\" : 0") && status.contains("\"drift\" : \"repair\""), "\(status)")
    }
}
