import Glibc
import TestSupport
import Testing

/// Whatever becomes of a file on its way, no program shows four bytes of a key in a row, to nobody.
struct KeysInMessagesTests {
    private static let isRoot = geteuid() == 0

    @Test(arguments: [1, UInt64.random(in: 2 ... .max)])
    func noProgramShowsAKeyOfADamagedFile(_ seed: UInt64) throws {
        var generator = KeyedFileGenerator(seed: seed, hasNumericKeys: false)
        let daemon = try TestDaemon(hasGroup: Self.isRoot)
        let monitor = try daemon.start("-x --no-wait")
        var files: [KeyedFile] = []
        var errors = 0
        for round in 0..<12 {
            let file = generator.damagedFile()
            files.append(file)
            let path = try daemon.directory.write("setkey.conf", file.text)
            for (program, outcome) in try outcomes(of: path, at: daemon) {
                let text = readable(outcome.output + outcome.errors, at: daemon)
                if text.contains("error:") { errors += 1 }
                guard let leak = file.leak(in: text) else { continue }
                Issue.record("seed \(seed) round \(round), \(program): \(leak) in\n\(text)")
                return
            }
        }
        #expect(errors > 20, "the files were hardly damaged")
        kill(daemon.process.pid, SIGTERM)
        #expect(try daemon.process.wait() == .exited(0))
        _ = try monitor.wait()
        #expect(daemon.process.errorText.contains("error:") && monitor.outputText.contains("sadb_msg"))
        for (program, text) in [("the log", daemon.process.errorText), ("setkey -x", monitor.outputText)] {
            let text = readable(text, at: daemon)
            for leak in files.compactMap({ $0.leak(in: text) }) {
                Issue.record("seed \(seed), \(program): \(leak) in\n\(text)")
            }
        }
    }

    /// What each program says of the file, by its command line.
    private func outcomes(of path: String, at daemon: TestDaemon) throws -> [(program: String, outcome: Outcome)] {
        var outcomes = [
            ("setkeyd --check", try run(Programs.setkeyd, ["--check", "--config", path])),
            ("Execute", try daemon.call("Execute", file: path)),
            ("Plan", try daemon.call("Plan", file: path)),
        ]
        for flags in ["-n -f", "-d -f", "-f", "-v -f", "--plan -f"] {
            outcomes.append(("setkey \(flags)", try daemon.setkey("\(flags) \(path)")))
        }
        for flags in ["--plan", "--plan --json", "--reload", "--status", "-D", "-D -P", "--revert"] {
            outcomes.append(("setkey \(flags)", try daemon.setkey(flags)))
        }
        guard Self.isRoot else { return outcomes }
        for (method, file) in [("Plan", nil), ("Plan", path), ("Execute", path), ("Status", nil), ("Reload", nil)] {
            outcomes.append(("a member's \(method)", try daemon.call(method, asMember: true, file: file)))
        }
        return outcomes
    }

    /// Without the directory's name, which is random.
    private func readable(_ text: String, at daemon: TestDaemon) -> String {
        text.replacing(daemon.directory.path, with: "").replacing("setkeyd: ", with: "")
    }

    /// The test must be able to fail: a key that is asked for is found.
    @Test func aShownKeyIsFound() throws {
        let key = (1...16).map { UInt8($0) * 15 + 1 }
        var file = KeyedFile()
        file.note(bytes: key)
        let digits = key.map { String($0, radix: 16) }.joined()
        let daemon = try TestDaemon(configuration: "add 10.0.0.1 10.0.0.2 esp 0x1001 -E aes-cbc 0x\(digits) ;\n")
        #expect(file.leak(in: readable(try daemon.setkey("-D").output, at: daemon)) == nil)
        #expect(file.leak(in: readable(try daemon.setkey("-D --show-keys").output, at: daemon)) != nil)
    }
}
