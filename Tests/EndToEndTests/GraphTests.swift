import Testing

/// `setkey --graph` against a daemon, and Graphviz's own parser of what it prints.
@Suite struct GraphTests {
    private let tunnel = """
        add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -u 7 -E aes-cbc 0x00112233445566778899aabbccddeeff;
        spdadd 10.1.0.0/16 10.2.0.0/16 tcp -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique:7;
        spdadd 10.2.0.0/16 10.1.0.0/16 any -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/require;
        spdadd 2001:db8::/32 ::/0 any -P out discard;

        """

    @Test func graphvizReadsIt() throws {
        let daemon = try TestDaemon()
        try daemon.load(tunnel)
        let graph = try daemon.setkey("--graph")
        #expect(graph.status == 0)
        #expect(!graph.output.contains("8899aabb"))
        #expect(try daemon.setkey("--graph").output == graph.output)
        let read = try run("/usr/bin/dot", ["-Tplain"], input: Array(graph.output.utf8))
        #expect(read.status == 0 && read.errors.isEmpty, "\(read.errors)")
        let lines = read.output.split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("node ") } == 6)
        // An SA, a missing one, three policies, and a line from each of two networks to its end of the tunnel.
        #expect(lines.count { $0.hasPrefix("edge ") } == 7)
    }
}
