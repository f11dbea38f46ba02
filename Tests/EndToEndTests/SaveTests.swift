import Testing

/// `setkey --save` and `--wireshark` against a daemon.
@Suite struct SaveTests {
    private let key = "0x00112233445566778899aabbccddeeff"
    private var statements: String {
        """
        add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -r 4 -u 7 -E aes-cbc \(key) -A hmac-md5 \(key) ;
        spdadd 10.1.0.0/16 10.2.0.0/16 6 -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique:7 ;

        """
    }

    /// Without comments.
    private func statements(of text: String) -> String {
        text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { "\($0)\n" }.joined()
    }

    @Test func whatIsSavedIsAFileThatMakesTheSame() throws {
        let daemon = try TestDaemon()
        try daemon.load(statements)
        let saved = try daemon.setkey("--save --show-keys")
        #expect(saved.status == 0 && saved.errors.isEmpty)
        #expect(saved.output.hasPrefix("# What the kernel has, as setkey --save has found it"))
        #expect(statements(of: saved.output) == statements)
        let other = try TestDaemon()
        try other.load(saved.output)
        #expect(try other.setkey("--save --show-keys").output == saved.output)
    }

    @Test func withoutKeysThereAreNames() throws {
        let daemon = try TestDaemon()
        try daemon.load(statements)
        let saved = try daemon.setkey("--save").output
        #expect(!saved.contains("8899aabb"))
        #expect(saved.contains("\n# @esp-0x1001-192.0.2.2-A: 16 bytes, for hmac-md5\n"))
        #expect(try daemon.setkey("--save --owned").output.split(separator: "\n").allSatisfy { $0.hasPrefix("#") })
    }

    @Test func wiresharkGetsALine() throws {
        let daemon = try TestDaemon()
        try daemon.load(statements)
        let line = try daemon.setkey("--wireshark")
        let digits = key.dropFirst(2)
        #expect(
            line.output == """
                "IPv4","192.0.2.1","192.0.2.2","0x00001001","AES-CBC [RFC3602]","0x\(digits)","HMAC-MD5-96 [RFC2403]","0x\(digits)"

                """)
    }

    @Test(arguments: ["--save", "--graph", "--wireshark"]) func withoutADaemonNothingIsPrinted(option: String) throws {
        let outcome = try setkey(["--socket", "/nonexistent/control.sock", option])
        #expect(outcome.status == 3 && outcome.output.isEmpty && !outcome.errors.isEmpty)
    }
}
