import Glibc
import Testing

/// What goes to the daemon of a text that is still being read: a file that includes a FIFO.
struct ReadAheadTests {
    /// Some 250 KiB.
    private static let statements = (0..<4000).map { number in
        "add 10.0.0.1 10.0.0.2 esp 0x\(String(0x10000 + number, radix: 16)) -E null -A null ;\n"
    }.joined()

    /// setkey, which has sent what stands before the FIFO, and waits for what is in it.
    private struct Scene {
        let daemon: TestDaemon
        let client: ChildProcess
        private let writer: ChildProcess

        init(_ flags: String = "") throws {
            daemon = try TestDaemon()
            let path = "\(daemon.directory.path)/fifo"
            try #require(unsafe mkfifo(path, 0o600) == 0)
            let file = try daemon.directory.write("file", "\(ReadAheadTests.statements)include \"\(path)\" ;\n")
            client = try ChildProcess(
                Programs.setkey, flags.split(separator: " ").map(String.init) + ["-f", file],
                environment: daemon.environment)
            writer = try ReadAheadTests.writer(to: path)
        }

        func end(with text: String) throws -> ChildProcess.Ending {
            try writer.send(Array(text.utf8))
            return try client.wait()
        }
    }

    /// A program that has opened a FIFO, which it can when somebody reads that, and passes on what it gets.
    private static func writer(to path: String) throws -> ChildProcess {
        let writer = try ChildProcess("/bin/sh", ["-c", #"exec 3> "$0"; echo open; cat >&3"#, path])
        try writer.read(until: { $0.outputText.contains("open") })
        return writer
    }

    @Test func anErrorAtTheEndLeavesEverythingUndone() throws {
        let scene = try Scene()
        #expect(try scene.daemon.setkey("-D").output.contains("No SAD entries"))
        #expect(try scene.end(with: "nonsense ;") == .exited(1))
        #expect(scene.client.errorText.contains("/fifo:1:1: error: "), "\(scene.client.errorText)")
        #expect(try scene.daemon.setkey("-D").output.contains("No SAD entries"))
    }

    @Test(arguments: ["", "--atomic"]) func withoutOneEverythingIsDone(_ flags: String) throws {
        let scene = try Scene(flags)
        #expect(try scene.end(with: "add 10.0.0.1 10.0.0.2 esp 0x20000 -E null ;") == .exited(0))
        let dump = try scene.daemon.setkey("-D").output
        #expect(dump.split(separator: "\n").count { $0.contains("spi=") } == 4001)
        #expect(dump.contains("spi=131072("))
    }

    /// Places of failures are those of the file, also of parts that were read ahead.
    @Test func failuresNameTheirPlaces() throws {
        let scene = try Scene()
        try scene.daemon.load("add 10.0.0.1 10.0.0.2 esp 0x10000 -E null ; add 10.0.0.1 10.0.0.2 esp 0x10f9f -E null ;")
        #expect(try scene.end(with: "add 10.0.0.1 10.0.0.2 esp 0x10001 -E null ;") == .exited(1))
        let errors = scene.client.errorText
        #expect(errors.contains("/file:1:1: error: add esp 10.0.0.2 spi 0x10000"), "\(errors)")
        #expect(errors.contains("/file:4000:1: error: add esp 10.0.0.2 spi 0x10f9f"), "\(errors)")
        #expect(errors.contains("/fifo:1:1: error: add esp 10.0.0.2 spi 0x10001"), "\(errors)")
    }

    /// A daemon that is restarted meanwhile has begun nothing: all is sent again.
    @Test func aRestartMeanwhileLosesNothing() throws {
        let scene = try Scene()
        try scene.daemon.end(by: SIGTERM)
        let next = try TestDaemon(after: scene.daemon)
        #expect(try scene.end(with: "add 10.0.0.1 10.0.0.2 esp 0x20000 -E null ;") == .exited(0))
        #expect(scene.client.errorText.isEmpty, "\(scene.client.errorText)")
        #expect(try next.setkey("-D").output.split(separator: "\n").count { $0.contains("spi=") } == 4001)
    }

    /// A daemon that reads nothing ahead is sent nothing before the whole text is read.
    @Test func anOlderDaemonGetsNothingAhead() throws {
        let directory = try TestDirectory()
        let server = try BrokenServer(path: "\(directory.path)/s", answer: "")
        let path = "\(directory.path)/fifo"
        try #require(unsafe mkfifo(path, 0o600) == 0)
        let file = try directory.write("file", "\(Self.statements)include \"\(path)\" ;\n")
        let client = try ChildProcess(Programs.setkey, ["-f", file, "--socket", server.path])
        try server.answerOneCall(#"{"error":"org.varlink.service.MethodNotFound","parameters":{"method":"Traits"}}"#)
        let writer = try Self.writer(to: path)
        #expect(!server.hasCaller)
        try writer.send([])
        try server.dropOneCall()
        #expect(try client.wait() == .exited(3))
    }
}
