import TestSupport
import Testing

/// What only XFRM can say, from the text to the tables of a kernel and back.
@Suite struct XFRMExtensionTests {
    private static let keys = "-E null -A hmac-sha256 0x\(String(repeating: "5a", count: 32))"

    private func add(_ spi: String, _ extensions: String) -> String {
        "add 192.0.2.1 192.0.2.2 esp \(spi) \(extensions) \(Self.keys) ;\n"
    }

    @Test func whatIsAddedIsPrintedInTheSameWords() throws {
        let daemon = try TestDaemon(kernel: "simulated-xfrm")
        let text = add("0x1001", "-m tunnel -r 1024 -esn -f icmp,af-unspec -icv 192 -tfc 1400")
        let run = try daemon.setkey("-f -", input: text)
        #expect(run.status == 0, "\(run.errors)")
        let output = try daemon.setkey("-D").output
        #expect(output.contains("replay=1024 flags=0x00000000"), "\(output)")
        #expect(output.contains("\textensions: -f icmp -f af-unspec -esn -icv 192 -tfc 1400\n"), "\(output)")
    }

    /// The simulated kernel is Linux 6.1 without a module for labels, and says nothing of it.
    @Test func whatTheKernelDropsFailsTheStatementByName() throws {
        let daemon = try TestDaemon(kernel: "simulated-xfrm")
        let text = add("0x1001", "-ctx 1 1 \"label\"") + add("0x1002", "") + add("0x1003", "-dir in")
        let run = try daemon.setkey("-f -", input: text)
        #expect(run.status == 1)
        #expect(run.errors.contains("<stdin>:1:1: error: add esp 192.0.2.2 spi 0x1001: "), "\(run.errors)")
        #expect(run.errors.contains("does not support -ctx") && run.errors.contains("does not support -dir"))
        let output = try daemon.setkey("-D").output
        #expect(!output.contains("0x00001001") && output.contains("0x00001002"), "\(output)")
        #expect(!output.contains("0x00001003"), "\(output)")
    }

    @Test func aReloadThatTheKernelCurtailsIsRolledBack() throws {
        let daemon = try TestDaemon(configuration: add("0x1001", ""), kernel: "simulated-xfrm")
        try daemon.directory.write("setkey.conf", add("0x1001", "") + add("0x1002", "-ctx 1 1 \"label\""))
        let reload = try daemon.setkey("--reload")
        #expect(reload.status == 1)
        #expect(reload.errors.contains("does not support -ctx"), "\(reload.errors)")
        let output = try daemon.setkey("-D").output
        #expect(output.contains("0x00001001") && !output.contains("0x00001002"), "\(output)")
    }

    /// What does not differ is not written.
    @Test func anUnchangedFileWritesNothing() throws {
        let text =
            add("0x1001", "-m tunnel -r 4096 -esn -f dont-encap-dscp -sel 10.0.0.0/8 10.1.0.0/16[80] tcp -tfc 99")
            + add("0x1002", "-coa 192.0.2.9 -ph 5000000000 -us 7")
        let daemon = try TestDaemon(configuration: text, kernel: "simulated-xfrm")
        #expect(try daemon.setkey("--plan").output.contains("nothing") || daemon.setkey("--plan").status == 0)
        let reload = try daemon.setkey("--reload")
        #expect(reload.output.contains("nothing differed"), "\(reload.output) \(reload.errors)")
    }
}
