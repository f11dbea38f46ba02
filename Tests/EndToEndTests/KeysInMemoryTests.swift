import Glibc
import Testing

/// What of keys is in the daemon's memory, which is read as root reads it.
@Suite(.enabled(if: geteuid() == 0)) struct KeysInMemoryTests {
    /// SAs whose keys nobody else has.
    private struct KeyedAssociations {
        let destination: String
        /// Hexadecimal.
        let keys: [String]

        init(to destination: String) {
            self.destination = destination
            keys = (0..<100).map { _ in
                (0..<16).map { _ in String(Int.random(in: 0x100...0x1ff), radix: 16).dropFirst() }.joined()
            }
        }

        private func statements(_ text: (_ name: String, _ key: String) -> String) -> String {
            keys.enumerated().map { text("10.0.0.1 \(destination) esp \(1000 + $0)", $1) }.joined(separator: "\n")
        }

        var additions: String { statements { "add \($0) -E aes-cbc 0x\($1);" } }
        var deletions: String { statements { name, _ in "delete \(name);" } }
    }

    /// Copies of one key, at most.
    private struct Copies: Equatable {
        var raw = 0
        var hex = 0
    }

    /// Looks at the daemon until there are no more copies than `limit`, which a call that is over may hold a little
    /// longer than its client waits.
    private func copies(
        of associations: KeyedAssociations, in daemon: TestDaemon, downTo limit: Copies = Copies()
    ) throws -> Copies {
        var copies = Copies()
        for _ in 0..<10 {
            #expect(try daemon.setkey("--status").status == 0)
            let line = try run(
                "/usr/bin/python3", [Programs.script("keys_in_memory.py"), "\(daemon.process.pid)"],
                input: Array(associations.keys.joined(separator: "\n").utf8))
            try #require(line.status == 0, "\(line.errors)")
            copies = Copies(raw: try number("raw", in: line.output), hex: try number("hex", in: line.output))
            if copies.raw <= limit.raw, copies.hex <= limit.hex { break }
        }
        return copies
    }

    private func number(_ name: String, in line: String) throws -> Int {
        let field = try #require(line.split(separator: "\"\(name)\": ").dropFirst().first, "\(line)")
        return try #require(Int(field.prefix { $0.isNumber }))
    }

    /// Of a key in force there is one copy, which the declared state and the mirror share, and another in the simulated
    /// kernel, which is a part of this process.
    @Test func nothingIsLeftOfKeysThatAreNotInForceAnyMore() throws {
        let declared = KeyedAssociations(to: "10.0.0.2")
        let added = KeyedAssociations(to: "10.0.0.3")
        let daemon = try TestDaemon(configuration: declared.additions)
        try daemon.load(added.additions)
        #expect(try daemon.setkey("-D --show-keys").output.contains("aes-cbc"))

        let ofDeclared = Copies(raw: 2)
        #expect(try copies(of: declared, in: daemon, downTo: ofDeclared) == ofDeclared)
        let ofAdded = Copies(raw: 2)
        #expect(try copies(of: added, in: daemon, downTo: ofAdded) == ofAdded)

        try daemon.load(added.deletions)
        #expect(try copies(of: added, in: daemon) == Copies())

        // The state before the last reload is kept, keys included: a revert leads back to it.
        for network in 1...2 {
            let policy = "spdadd 10.\(network).0.0/16 10.9.0.0/16 any -P out discard;"
            try daemon.directory.write("setkey.conf", policy)
            let reload = try daemon.setkey("--reload")
            #expect(reload.status == 0, "\(reload.errors)")
        }
        #expect(try copies(of: declared, in: daemon) == Copies())
    }
}
