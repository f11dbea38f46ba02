import Glibc
import InterfaceSchema
import Testing

/// Keys that are compared without being shown.
@Suite struct FingerprintTests {
    private static let file = """
        add 10.0.0.1 10.0.0.2 esp 0x1001 -E aes-cbc "secretsecretsecr" -A hmac-sha1 "secretsecretsecretse" ;
        add 10.0.0.2 10.0.0.1 esp 0x1002 -E aes-cbc "secretsecretsecr" -A hmac-sha1 "otherotherotherother" ;
        add 10.0.0.1 10.0.0.2 esp 0x1003 -E null -A hmac-sha1 "secretsecretsecretse" ;
        """

    /// The lines of a dump with what is hidden in them.
    private func hidden(_ dump: String) -> [Substring] {
        dump.matches(of: #/<hidden [0-9a-f]{4}>/#).map(\.output)
    }

    @Test(arguments: ["simulated", "simulated-xfrm"])
    func aDumpTellsWhichKeysAreEqual(kernel: String) throws {
        let daemon = try TestDaemon(configuration: Self.file, kernel: kernel)
        let marks = hidden(try daemon.setkey("-D").output)
        #expect(marks.count == 5)
        // Newest first: 0x1003, then the two keys of 0x1002, then those of 0x1001.
        #expect(marks[0] == marks[4] && marks[1] == marks[3])
        // Two keys that differ have one mark once in 65,536 runs; three of them hardly ever.
        #expect(Set(marks).count > 1)
        #expect(hidden(try daemon.setkey("-D").output) == marks)
    }

    @Test func theFileAndTheKernelHaveTheSameWithOneSalt() throws {
        let daemon = try TestDaemon(configuration: Self.file)
        let drawn = try daemon.setkey("--fingerprint")
        let salt = try #require(drawn.output.firstMatch(of: #/salt: (\S+) /#)?.1)
        #expect(drawn.status == 0 && drawn.errors.isEmpty)
        let file = "\(daemon.directory.path)/setkey.conf"
        // Without a daemon, and as another daemon would have it.
        let read = try setkey(["--fingerprint", "--salt", String(salt), "-f", file], environment: ["TZ": "UTC"])
        #expect(read.output == drawn.output)
        #expect(try daemon.setkey("--fingerprint --salt another").output != drawn.output)
        #expect(drawn.output.matches(of: #/\t[EA]: \S+  [0-9a-f]{4}( [0-9a-f]{4}){3}\n/#).count == 5, "\(drawn.output)")
        for text in [drawn.output, read.output] { #expect(!text.contains("secret") && !text.contains("736563")) }
    }

    @Test func recordsAreAsTheSchemaSaysAndHaveNoKey() throws {
        let daemon = try TestDaemon(configuration: Self.file)
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        let validator = try SchemaValidator(SchemaFile.text(root.joined(separator: "/") + "/docs/setkeyd.schema.json"))
        let file = "\(daemon.directory.path)/setkey.conf"
        for flags in ["--fingerprint --salt x --json", "--fingerprint --salt x --json -f \(file)"] {
            let output = try daemon.setkey(flags).output
            let value = try JSONParser.value(output)
            #expect(validator.faults(of: value, as: "ListAssociationsReply").isEmpty, "\(output)")
            #expect(value["salt"]?.string == "x" && !output.contains("Key") && !output.contains("736563"))
            #expect(value["associations"]?.elements.first?["encryptionFingerprint"]?.string?.count == 16)
        }
    }

    @Test func aCredentialThatIsNotReadAndAnErrorAreSaid() throws {
        let directory = try TestDirectory()
        let named = try directory.write("named.conf", "add ::1 ::2 esp 300 -E aes-cbc @absent ;")
        let unread = try setkey(["--fingerprint", "-f", named])
        #expect(unread.output.contains("\tE: aes-cbc  key zero, or not known\n"), "\(unread.output)\(unread.errors)")
        // Where credentials are read, zeros are what is written.
        let zeros = String(repeating: "0", count: 32)
        let zero = try directory.write("zero.conf", "add ::1 ::2 esp 300 -E aes-cbc 0x\(zeros) ;")
        let environment = ["CREDENTIALS_DIRECTORY": directory.path]
        let read = try setkey(["--fingerprint", "-f", zero], environment: environment)
        #expect(read.output.contains(#/\tE: aes-cbc  [0-9a-f ]{19}\n/#), "\(read.output)\(read.errors)")
        let wrong = try directory.write("wrong.conf", "add ::1 ::2 esp 300 -E aes-cbc \"short\" ;")
        let failed = try setkey(["--fingerprint", "-f", wrong])
        #expect(failed.status == 1 && failed.output.isEmpty && failed.errors.contains("wrong.conf:1:"))
        #expect(!failed.errors.contains("short"))
    }

    /// Else somebody who may only look could try keys out.
    @Test func aTextThatIsHandedInHasNone() throws {
        let daemon = try TestDaemon(configuration: Self.file, hasGroup: geteuid() == 0)
        let guess = try daemon.directory.write("guess.conf", Self.file.replacing("esp 0x", with: "esp 0x1"))
        let plan = try daemon.call("Plan", file: guess)
        #expect(plan.output.contains("<hidden>") && hidden(plan.output).isEmpty, "\(plan)")
        let check = try setkey(["-d", "-f", guess])
        #expect(check.output.contains("<hidden>") && hidden(check.output).isEmpty, "\(check)")
        guard geteuid() == 0 else { return }
        let refusal = try daemon.call("Plan", asMember: true, file: guess)
        #expect(refusal.output.contains("PermissionDenied"), "\(refusal)")
    }
}
