import Testing

/// What a client does whose daemon goes before it has answered.
@Suite struct RestartTests {
    private static let stopping = #"{"error":"org.setkeyd.Stopping","parameters":{}}"#

    /// A server in a directory of its own, and what asks it.
    private struct Scene {
        let directory: TestDirectory
        let server: BrokenServer
        let client: ChildProcess

        init(_ flags: String, answer: String) throws {
            directory = try TestDirectory()
            let path = "\(directory.path)/s"
            server = try BrokenServer(path: path, answer: answer)
            let flags = flags.split(separator: " ").map(String.init)
            client = try ChildProcess(Programs.setkey, flags + ["--socket", path])
        }
    }

    @Test(arguments: [
        ("-D", #"{"parameters":{"text":"the answer"}}"#),
        ("-DP", #"{"parameters":{"text":"the answer"}}"#),
        ("--metrics", #"{"parameters":{"text":"the answer"}}"#),
        ("-D --json", #"{"parameters":{"associations":[]}}"#),
    ])
    func whatOnlyLooksIsAskedAgain(flags: String, answer: String) throws {
        let scene = try Scene(flags, answer: answer)
        try scene.server.dropOneCall()
        try scene.server.answerOneCall()
        #expect(try scene.client.wait() == .exited(0))
        #expect(scene.client.errorText.isEmpty, "\(scene.client.errorText)")
        #expect(scene.client.outputText.contains(flags == "-D --json" ? "associations" : "the answer"))
    }

    @Test func alsoWhereTheDaemonSaysThatItStops() throws {
        let scene = try Scene("-D", answer: #"{"parameters":{"text":"the answer"}}"#)
        try scene.server.answerOneCall(Self.stopping)
        try scene.server.answerOneCall()
        #expect(try scene.client.wait() == .exited(0))
        #expect(scene.client.outputText == "the answer")
    }

    @Test func butOnce() throws {
        let scene = try Scene("-D", answer: "")
        try scene.server.dropOneCall()
        try scene.server.dropOneCall()
        #expect(try scene.client.wait() == .exited(3))
        #expect(scene.client.errorText.contains("the connection to the daemon is lost"), "\(scene.client.errorText)")
        #expect(!scene.server.hasCaller)
    }

    @Test(arguments: ["-F", "-FP", "--reload", "--confirm", "--off", "--on"])
    func whatChangesSomethingIsNot(flags: String) throws {
        let scene = try Scene(flags, answer: "")
        try scene.server.dropOneCall()
        #expect(try scene.client.wait() == .exited(3))
        #expect(!scene.server.hasCaller)
    }

    /// Of a stopped service the service manager has only the socket of root open; what connects to it starts the service.
    @Test func notByTheSocketOfRoot() throws {
        let directory = try TestDirectory()
        let ofRoot = try BrokenServer(path: "\(directory.path)/s.root", answer: "{}")
        let client = try ChildProcess(Programs.setkey, ["-D", "--socket", "\(directory.path)/s"])
        try ofRoot.dropOneCall()
        #expect(try client.wait() == .exited(3))
        #expect(client.errorText.contains("the connection to the daemon is lost"), "\(client.errorText)")
        #expect(!ofRoot.hasCaller)
    }
}
