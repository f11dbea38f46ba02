import Glibc
import Testing

/// `setkey --roll`: what it prints is for a file.
@Suite struct RollTests {
    private static let file = """
        spdadd 10.1.0.0/24 10.2.0.0/24 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ;
        spdadd 10.2.0.0/24 10.1.0.0/24 any -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/require ;
        add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel
            -E aes-cbc @out.e -A hmac-sha256 @out.a ;
        add 192.0.2.2 192.0.2.1 esp 0x1002 -m tunnel -E aes-cbc 0x000102030405060708090a0b0c0d0e0f ;

        """

    private static var hasServices: Bool { unsafe access("/etc/services", R_OK) == 0 }

    private func roll(_ options: [String] = [], of file: String = RollTests.file) throws -> Outcome {
        try setkey(
            ["--roll", "-", "--spi", "0x1001", "--at", "2097-01-01T00:00:00Z"] + options, input: Array(file.utf8))
    }

    @Test func whatItPrintsIsMadeOfTheFileAndHasNoKey() throws {
        let made = try roll()
        #expect(made.status == 0 && made.errors.isEmpty, "\(made)")
        #expect(
            made.output == """
                # New keys from 2097-01-01T00:00:00Z on; what receives begins 3600 s earlier, and ends as much later.
                # 1. Make the keys at one end, and copy the files to the other one:
                #   setkey --new-key aes-cbc --credential esp-0x1003-192.0.2.2-E
                #   setkey --new-key hmac-sha256 --credential esp-0x1003-192.0.2.2-A
                #   setkey --new-key aes-cbc --bits 128 --credential esp-0x1004-192.0.2.1-E
                # 2. These take the place of the statements that they come from:
                #    <stdin>:3
                add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel
                    -E aes-cbc @out.e -A hmac-sha256 @out.a
                    -until 2097-01-01T00:00:00Z ;
                #    <stdin>:5
                #    (a key is written in that of SPI 0x1002: put '-until 2097-01-01T01:00:00Z' in front of its ';', or ask with --show-keys)
                # 3. These are added:
                add 192.0.2.1 192.0.2.2 esp 0x1003 -m tunnel -r 32 -from 2097-01-01T00:00:00Z -E aes-cbc @esp-0x1003-192.0.2.2-E -A hmac-sha256 @esp-0x1003-192.0.2.2-A ;
                add 192.0.2.2 192.0.2.1 esp 0x1004 -m tunnel -r 0 -from 2096-12-31T23:00:00Z -E aes-cbc @esp-0x1004-192.0.2.1-E ;

                """)
    }

    @Test func theOtherEndGetsTheSameKeysAndOtherTimes() throws {
        let made = try roll(["--peer", "--show-keys", "--overlap", "60"])
        #expect(made.status == 0, "\(made)")
        #expect(made.output.contains("for the other end; what receives begins 60 s earlier"))
        #expect(made.output.contains("0x000102030405060708090a0b0c0d0e0f\n    -until 2097-01-01T00:00:00Z ;"))
        #expect(made.output.contains("add 192.0.2.1 192.0.2.2 esp 0x1003 -m tunnel -r 32 -from 2096-12-31T23:59:00Z"))
        #expect(made.output.contains("add 192.0.2.2 192.0.2.1 esp 0x1004 -m tunnel -r 0 -from 2097-01-01T00:00:00Z"))
    }

    /// That of a credential is not, whatever else is written in its statement.
    @Test func theLengthOfEachKeyIsSaidThatIsKnown() throws {
        let made = try roll(of: Self.file.replacing("hmac-sha256 @out.a", with: "hmac-sha1 \"12345678901234567890\""))
        #expect(made.status == 0, "\(made)")
        #expect(made.output.contains("--new-key aes-cbc --credential esp-0x1003-192.0.2.2-E\n"), "\(made)")
        #expect(made.output.contains("--new-key hmac-sha1 --bits 160 --credential esp-0x1003-192.0.2.2-A\n"), "\(made)")
        let other = try roll(of: Self.file.replacing("@out.e", with: "0x000102030405060708090a0b0c0d0e0f"))
        #expect(other.status == 0, "\(other)")
        #expect(other.output.contains("--new-key aes-cbc --bits 128 --credential esp-0x1003-192.0.2.2-E\n"), "\(other)")
        #expect(other.output.contains("--new-key hmac-sha256 --credential esp-0x1003-192.0.2.2-A\n"), "\(other)")
    }

    @Test(.enabled(if: hasServices)) func portsMayHaveNames() throws {
        let ends = "192.0.2.1[ipsec-nat-t] 192.0.2.2[ipsec-nat-t] esp-udp 0x1001 -m tunnel"
        let made = try roll(of: Self.file.replacing("192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel", with: ends))
        #expect(made.status == 0 && made.errors.isEmpty, "\(made)")
        #expect(made.output.contains("add \(ends)\n    -E aes-cbc @out.e -A hmac-sha256 @out.a\n    -until"), "\(made)")
        #expect(made.output.contains("add 192.0.2.1[4500] 192.0.2.2[4500] esp-udp 0x1003 -m tunnel"), "\(made)")
    }

    @Test func policiesForBothDirectionsDoNotTellTheEnd() throws {
        let file = Self.file.replacing(
            "10.1.0.0/24 10.2.0.0/24 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/",
            with: "192.0.2.0/24 192.0.2.0/24 any -P out ipsec esp/transport//"
        ).replacing("-m tunnel", with: "-m transport")
        for options in [[], ["--peer"]] {
            let made = try roll(options, of: file)
            #expect(made.status == 1 && made.output.isEmpty, "\(made)")
            #expect(made.errors.contains("are for packets from both ends of this tunnel"), "\(made)")
        }
        let telling = "spdadd 192.0.2.1 192.0.2.0/24 any -P out ipsec esp/transport//require ;\n"
        #expect(try roll(of: telling + file).status == 0)
    }

    @Test(arguments: ["-dir out", "-hwif eth0 in"]) func whatIsOfOneEndIsRolledThere(_ clause: String) throws {
        let file = Self.file.replacing("0x1001 -m tunnel", with: "0x1001 -m tunnel \(clause)")
        let made = try roll(of: file)
        #expect(made.status == 0 && made.output.contains("\(clause)\n    -E aes-cbc @out.e"), "\(made)")
        let there = try roll(["--peer"], of: file)
        #expect(there.status == 1 && there.output.isEmpty, "\(there)")
        #expect(there.errors.contains("esp 192.0.2.2 spi 0x1001 has -dir or -hwif"), "\(there)")
        #expect(there.errors.contains("run --roll there"), "\(there)")
    }

    /// They may have keys in them, such as a former one.
    @Test(arguments: [[], ["--peer"]]) func commentsAreNotPrinted(_ options: [String]) throws {
        let file = Self.file.replacing("-m tunnel\n", with: "-m tunnel # secret\n  # 0xdeadbeef\n")
            .replacing("@out.a ;", with: "@out.a # secret @x ; 0xdeadbeef\n ;")
        let tunnel = ["--roll", "-", "--spi", "0x1001", "--at", "2097-01-01T00:00:00Z"] + options
        let made = try setkey(tunnel, input: Array(file.utf8))
        #expect(made.status == 0 && !made.output.contains("secret") && !made.output.contains("deadbeef"), "\(made)")
        #expect(made.output.contains("-m tunnel\n    -E aes-cbc @out.e -A hmac-sha256 @out.a\n    -until"), "\(made)")
        #expect(
            try setkey(tunnel + ["--show-keys"], input: Array(file.utf8)).output.contains("# secret @x ; 0xdeadbeef"))
    }

    @Test func anUpdateHasNoTimes() throws {
        let file = Self.file.replacing("add 192.0.2.2", with: "update 192.0.2.2")
        let made = try setkey(
            ["--roll", "-", "--spi", "0x1001", "--at", "2097-01-01Z"],
            input: Array((Self.file + file.split(separator: "\n").suffix(1).joined()).utf8))
        #expect(made.status == 1 && made.output.isEmpty, "\(made)")
        #expect(made.errors.contains("<stdin>:6: only add says when an SA holds"), "\(made)")
    }

    @Test func aMomentThatIsPastIsRemarkedOn() throws {
        let made = try setkey(
            ["--roll", "-", "--spi", "0x1001", "--at", "2020-01-01Z"], input: Array(Self.file.utf8))
        #expect(made.status == 0 && made.output.contains("-until 2020-01-01T00:00:00Z"), "\(made)")
        #expect(made.errors == "setkey: warning: 2020-01-01T00:00:00Z is past: what sends would end at once\n")
    }

    @Test func anSAIsNotRolledBeforeItBegins() throws {
        let file = Self.file.replacing("-m tunnel\n", with: "-m tunnel -from 2097-01-01Z -until 2098-01-01Z\n")
        for (moment, message) in [
            ("2096-01-01Z", "holds from 2097-01-01T00:00:00Z until 2098-01-01T00:00:00Z, not at 2096-01-01T00:00:00Z"),
            ("2098-01-01Z", "holds from 2097-01-01T00:00:00Z until 2098-01-01T00:00:00Z, not at 2098-01-01T00:00:00Z"),
            ("2097-06-01Z", "ends at 2098-01-01T00:00:00Z already"),
        ] {
            let made = try setkey(["--roll", "-", "--spi", "0x1001", "--at", moment], input: Array(file.utf8))
            #expect(made.status == 1 && made.errors.contains(message), "\(made)")
        }
    }

    @Test(arguments: [
        (["--spi", "0x1001"], 2, "--roll needs --spi and --at"),
        (["--spi", "0x2001", "--at", "2097-01-01Z"], 1, "no SA of the file has SPI 0x2001"),
        (["--spi", "x", "--at", "2097-01-01Z"], 2, "--spi takes a number"),
        (["--spi", "1", "--at", "soon"], 2, "--at takes a time with its zone"),
        (["--spi", "1", "--at", "2097-01-01Z", "--overlap", "-1"], 2, "--overlap"),
    ])
    func whatCannotBeIsSaid(_ options: [String], _ status: Int32, _ message: String) throws {
        let made = try setkey(["--roll", "-"] + options, input: Array(Self.file.utf8))
        #expect(made.status == status && made.output.isEmpty, "\(made)")
        #expect(made.errors.contains(message), "\(made.errors)")
    }
}
