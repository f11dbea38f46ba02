import Glibc
import IPsec
import Testing

/// Keys that are made, and where they go.
@Suite struct NewKeyTests {
    private func mode(of path: String) -> mode_t? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    private func names(in directory: TestDirectory) throws -> [String] {
        try run("/bin/ls", ["-A", directory.path]).output.split(separator: "\n").map(String.init)
    }

    @Test(arguments: Algorithm.withKeys.map(\.name)) func everyAlgorithmGetsAKeyThatStatementsTake(name: String) throws
    {
        let row = try #require(Algorithm.withKeys.first { $0.name == name })
        var lengths = [nil, row.keyLengths.first, row.keyLengths.last]
        if row.keyLengths.first == row.keyLengths.last { lengths.removeLast(2) }
        for bits in lengths {
            let made = try setkey(["--new-key", name] + (bits.map { ["--bits", "\($0)"] } ?? []))
            #expect(made.status == 0 && made.errors.isEmpty, "\(made)")
            let digits = try #require(made.output.wholeMatch(of: #/0x([0-9a-f]+)\n/#)?.1)
            #expect(digits.count * 4 == bits ?? row.customaryKeyBits)
            let option = row.kind == .integrity ? "-E null -A" : "-E"
            let checked = try setkey(
                ["-n", "-c"], input: Array("add ::1 ::2 esp 300 \(option) \(name) \(made.output) ;".utf8))
            #expect(checked.status == 0, "\(checked.errors)")
        }
    }

    @Test func noTwoAreTheSame() throws {
        let keys = try (0..<4).map { _ in try setkey(["--new-key", "aes-cbc"]).output }
        #expect(Set(keys).count == 4)
    }

    @Test func aCredentialIsWrittenOnceForItsOwnerAlone() throws {
        let directory = try TestDirectory()
        let path = "\(directory.path)/out.e"
        for mask in ["0", "0277"] {
            let script = "umask \(mask); exec \"$0\" --new-key aes-gcm-16 --credential \"$1\""
            let arguments = ["-c", script, Programs.setkey]
            let made = try run("/bin/sh", arguments + [path])
            #expect(made.status == 0 && made.output == "\(path)\n" && made.errors.isEmpty, "\(made)")
            #expect(try mode(of: path) == 0o600 && names(in: directory) == ["out.e"])
            let before = try run("/bin/cat", [path]).output
            #expect(before.wholeMatch(of: #/0x[0-9a-f]{72}\n/#) != nil)
            let again = try run("/bin/sh", arguments + [path])
            #expect(again.status == 1 && again.output.isEmpty)
            #expect(again.errors.hasSuffix("\(path): it is there already, and nothing is overwritten\n"))
            #expect(try run("/bin/cat", [path]).output == before && names(in: directory) == ["out.e"])
            #expect(unsafe unlink(path) == 0)
        }
    }

    @Test func theLanguageReadsItByItsName() throws {
        let directory = try TestDirectory()
        _ = try setkey(["--new-key", "3des-cbc", "--credential", "\(directory.path)/a"])
        let text = "add ::1 ::2 esp 300 -E 3des-cbc @a ;"
        let environment = ["CREDENTIALS_DIRECTORY": directory.path]
        let checked = try setkey(["-n", "-c"], input: Array(text.utf8), environment: environment)
        #expect(checked.status == 0, "\(checked.errors)")
    }

    /// A link is not followed, even one that leads nowhere.
    @Test func whatIsThereInAnotherFormStays() throws {
        let directory = try TestDirectory()
        let path = "\(directory.path)/link"
        #expect(unsafe symlink("\(directory.path)/elsewhere", path) == 0)
        #expect(try setkey(["--new-key", "aes-cbc", "--credential", path]).status == 1)
        #expect(try names(in: directory) == ["link"])
        let missing = try setkey(["--new-key", "aes-cbc", "--credential", "\(directory.path)/none/key"])
        #expect(missing.status == 1 && missing.output.isEmpty)
        #expect(missing.errors.hasSuffix("install -d -m 700 \(directory.path)/none makes it\n"), "\(missing.errors)")
    }

    @Test(arguments: [
        (
            ["--new-key", "aes-gcm-16", "--bits", "256"],
            "takes a key of 160, 224 or 288 bits (20, 28 or 36 bytes), not of 256 bits"
        ),
        (["--new-key", "cast128-cbc", "--bits", "41"], "40 to 128 bits"),
        (["--new-key", "null"], "null takes no key"),
        (["--new-key", "keyed-md5"], "Linux does not support keyed-md5"),
        (["--new-key", "aes-gcm"], "did you mean aes-gcm-16?"),
        (["--new-key", "deflate"], "needs the name of an algorithm"),
        (["--new-key", "aes-cbc", "--credential", "a b"], "--credential takes a name"),
        (["--new-key", "aes-cbc", "--credential", ".."], "--credential takes a name"),
    ]) func whatCannotBeMadeIsAUsageError(arguments: [String], message: String) throws {
        let outcome = try setkey(arguments)
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }

    @Test func aKeyInPlaceOfAnAlgorithmIsNotRepeated() throws {
        let outcome = try setkey(["--new-key", "0x736563726574"])
        #expect(outcome.status == 2 && !outcome.errors.contains("736563"))
    }
}
