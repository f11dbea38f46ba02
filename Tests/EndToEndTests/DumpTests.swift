import Glibc
import Testing

/// `setkey -D`, `-DP`, `-F`, `-FP`, `--status`, `--reload`.
@Suite struct DumpTests {
    private let association = """
        add 192.0.2.1 192.0.2.2 esp 4097 -m tunnel -u 7 -r 4 -lh 3600 -ls 2800
            -E aes-cbc 0x00112233445566778899aabbccddeeff
            -A hmac-sha1 0x00112233445566778899aabbccddeeff00112233;
        """
    private let policy = """
        spdadd 10.1.0.0/24[any] 10.2.0.0/24[80] tcp -P out prio high + 10 ipsec
            esp/tunnel/192.0.2.1-192.0.2.2/unique:7 ah/transport//require;
        """

    @Test func associationsHaveTheLayoutThatScriptsRead() throws {
        let daemon = try TestDaemon()
        try daemon.load(association)
        let lines = try daemon.setkey("-D").output.split(separator: "\n").map(String.init)
        try #require(lines.count == 11, "\(lines)")
        #expect(lines[0] == "192.0.2.1 192.0.2.2 ")
        #expect(lines[1] == "\tesp mode=tunnel spi=4097(0x00001001) reqid=7(0x00000007)")
        #expect(lines[2].wholeMatch(of: #/\tE: aes-cbc  <hidden [0-9a-f]{4}>/#) != nil, "\(lines[2])")
        #expect(lines[3].wholeMatch(of: #/\tA: hmac-sha1  <hidden [0-9a-f]{4}>/#) != nil, "\(lines[3])")
        #expect(lines[4] == "\tseq=0x00000000 replay=4 flags=0x00000000 state=mature ")
        #expect(lines[5].hasPrefix("\tcreated: ") && lines[5].contains("\tcurrent: "))
        #expect(lines[6].hasPrefix("\tdiff: ") && lines[6].hasSuffix("(s)\thard: 3600(s)\tsoft: 2800(s)"))
        #expect(lines[8] == "\tcurrent: 0(bytes)\thard: 0(bytes)\tsoft: 0(bytes)")
        #expect(lines[9] == "\tallocated: 0\thard: 0\tsoft: 0")
        #expect(lines[10].hasPrefix("\tsadb_seq=0 pid=") && lines[10].hasSuffix(" refcnt=0"))
    }

    @Test func keysAreShownOnRequestOnly() throws {
        let daemon = try TestDaemon()
        try daemon.load(association)
        let shown = try daemon.setkey("-D --show-keys").output
        #expect(shown.contains("\tE: aes-cbc  00112233 44556677 8899aabb ccddeeff\n"))
        #expect(shown.contains("\tA: hmac-sha1  00112233 44556677 8899aabb ccddeeff 00112233\n"))
        for flags in ["-D", "-Da", "-Dp", "-Dv"] {
            #expect(!(try daemon.setkey(flags).output.contains("8899aabb")), "\(flags)")
        }
    }

    @Test func policiesHaveTheLayoutThatScriptsRead() throws {
        let daemon = try TestDaemon()
        try daemon.load(policy)
        let lines = try daemon.setkey("-DP").output.split(separator: "\n").map(String.init)
        try #require(lines.count == 8, "\(lines)")
        #expect(lines[0] == "10.1.0.0/24[any] 10.2.0.0/24[80] tcp")
        #expect(lines[1] == "\tout prio high + 10 ipsec")
        #expect(lines[2] == "\tesp/tunnel/192.0.2.1-192.0.2.2/unique:7")
        #expect(lines[3] == "\tah/transport//require")
        #expect(lines[4].hasPrefix("\tcreated: ") && lines[4].contains("  lastused: "))
        #expect(lines[5] == "\tlifetime: 0(s) validtime: 0(s)")
        #expect(lines[6].hasPrefix("\tspid=") && lines[6].contains(" seq=0 pid="))
        #expect(lines[7] == "\trefcnt=2")
    }

    @Test func portsAreShownOnRequest() throws {
        let daemon = try TestDaemon()
        try daemon.load(association)
        #expect(try daemon.setkey("-Dp").output.hasPrefix("192.0.2.1[0] 192.0.2.2[0] \n"))
        #expect(try daemon.setkey("-DPN").status == 0)
    }

    @Test func flushEmptiesTheOneDatabase() throws {
        let daemon = try TestDaemon()
        try daemon.load(association + policy)
        let flushed = try daemon.setkey("-F")
        #expect(flushed.status == 0 && flushed.output.isEmpty)
        #expect(try daemon.setkey("-D").output == "No SAD entries.\n")
        #expect(try daemon.setkey("-DP").output.contains("10.1.0.0/24"))
        #expect(try daemon.setkey("-FP").status == 0)
        #expect(try daemon.setkey("-DP").output == "No SPD entries.\n")
    }

    @Test func longDumpIsComplete() throws {
        let daemon = try TestDaemon()
        let count = 2000
        try daemon.load((0..<count).map { "add 10.0.0.1 10.0.0.2 esp \(4096 + $0) -E null;" }.joined())
        let lines = try daemon.setkey("-D").output.split(separator: "\n")
        #expect(lines.count { $0.contains("spi=") } == count)
        #expect(lines.last?.hasPrefix("\tsadb_seq=0 ") == true)
    }

    @Test func readerThatLeavesIsNoNews() throws {
        let daemon = try TestDaemon()
        try daemon.load((0..<2000).map { "add 10.0.0.1 10.0.0.2 esp \(4096 + $0) -E null;" }.joined())
        let process = try daemon.start("-D")
        try process.read { !$0.outputBytes.isEmpty }
        process.closeOutput()
        let ending = try process.wait()
        #expect(ending == .killed(signal: SIGPIPE) || ending == .exited(1))
        #expect(process.errorText.isEmpty, "\(process.errorText)")
    }

    @Test func dumpThatEndsEarlyIsAnError() throws {
        let directory = try TestDirectory()
        let server = try BrokenServer(
            path: "\(directory.path)/s", answer: #"{"parameters":{"text":"half a dump\n"},"continues":true}"#)
        let process = try ChildProcess(Programs.setkey, ["-D", "--socket", server.path])
        try server.answerOneCall()
        #expect(try process.wait() == .exited(3))
        #expect(process.errorText.contains("closed the connection"), "\(process.errorText)")
        #expect(!server.hasCaller)
    }

    @Test func answerThatIsNoVarlinkIsAnError() throws {
        let directory = try TestDirectory()
        let server = try BrokenServer(path: "\(directory.path)/s", answer: "220 mail.example ESMTP")
        let process = try ChildProcess(Programs.setkey, ["-D", "--socket", server.path])
        try server.answerOneCall()
        #expect(try process.wait() == .exited(1))
        #expect(process.errorText.contains("cannot understand"), "\(process.errorText)")
    }

    @Test func statusTellsTheKernelAndTheEntries() throws {
        let daemon = try TestDaemon(configuration: association)
        let status = try daemon.setkey("--status")
        #expect(status.status == 0)
        #expect(status.output.contains("kernel: simulated, which protects nothing\n"))
        #expect(
            status.output.contains("associations: 1 in the kernel: 1 declared, 0 foreign; 1 declared: "),
            "\(status.output)")
    }

    @Test func reloadAppliesWhatDiffers() throws {
        let daemon = try TestDaemon(configuration: association)
        #expect(try daemon.setkey("--reload").output.hasPrefix("reloaded: nothing differed; "))
        try daemon.directory.write("setkey.conf", association + policy)
        let reload = try daemon.setkey("--reload")
        #expect(reload.status == 0)
        #expect(
            reload.output == "reloaded: 1 write to the kernel; the file declares 1 SA and 1 policy\n",
            "\(reload.output)\(reload.errors)")
        try daemon.directory.write("setkey.conf", "this is no statement;")
        let refused = try daemon.setkey("--reload")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("setkey.conf:1:1"), "\(refused.errors)")
        #expect(try daemon.setkey("-DP").output.contains("10.1.0.0/24"))
    }
}
