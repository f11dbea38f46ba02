import ControlProtocol
import IPsec
import SetkeyClient
import SetkeySyntax
import Testing

/// The graph of tunnels: what is drawn, in which colour.
@Suite struct GraphTextTests {
    private static let sa = "add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -u 7 -E aes-cbc \"0123456789abcdef\" ;\n"
    private static let policy =
        "spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique:7 ;\n"

    /// The lines of the graph of these statements, without blanks in front.
    ///
    /// - Parameter owned: which of them are the file's; of SAs all or none.
    private func graph(
        _ text: String, owned: String = "", _ change: (inout SecurityAssociation) -> Void = { _ in }
    ) -> [String] {
        var map = TunnelMap()
        map.add(saved: Array(text.utf8), isOwned: false)
        map.add(saved: Array(owned.utf8), isOwned: true)
        var parser = Parser(Array(text.utf8), options: ParserOptions(traits: .xfrm))
        for case .add(var association) in parser.rest().map(\.kind) {
            change(&association)
            var record = AssociationRecord(association, showKeys: false)
            record.owner = owned.contains("esp 0x") ? "site.conf:1:1" : "foreign"
            map.associations.append(record)
        }
        map.time = 1000
        return GraphText.text(map).split(separator: "\n").map { String($0.drop { $0 == " " }) }
    }

    private func line(_ part: String, _ lines: [String]) throws -> String {
        let found = lines.filter { $0.contains(part) }
        #expect(found.count == 1, "\(part): \(lines)")
        return try #require(found.first)
    }

    @Test func aTunnelHasItsNetworksAndItsEnds() throws {
        let lines = graph(Self.sa + Self.policy, owned: Self.sa + Self.policy)
        for node in [#""10.1.0.0/16" [shape=ellipse];"#, #""192.0.2.1" [shape=box];"#] {
            #expect(lines.contains(node), "\(lines)")
        }
        let sa = try line("0x1001", lines)
        #expect(
            sa
                == #""192.0.2.1" -> "192.0.2.2" [style=solid, color=darkgreen, fontcolor=darkgreen, label="esp 0x1001\ntunnel aes-cbc\nreqid 7", tooltip="site.conf:1:1"];"#
        )
        let policy = try line("spdadd", lines)
        #expect(policy.hasPrefix(#""10.1.0.0/16" -> "10.2.0.0/16" [style=dashed, color=darkgreen"#))
        #expect(policy.contains(#"label="out\nesp/tunnel//unique:7""#))
        #expect(lines.contains(#""10.1.0.0/16" -> "192.0.2.1" [style=dotted, color=grey, dir=none];"#))
        #expect(lines.contains(#""10.2.0.0/16" -> "192.0.2.2" [style=dotted, color=grey, dir=none];"#))
        #expect(!lines.contains { $0.contains("red") && !$0.hasPrefix("//") })
    }

    @Test func whatIsForeignIsGrey() throws {
        let lines = graph(Self.sa + Self.policy, owned: Self.policy)
        #expect(try line("0x1001", lines).contains("color=grey50"))
        #expect(try line("spdadd", lines).contains("color=darkgreen"))
    }

    @Test func aMissingSAIsRed() throws {
        for text in [Self.policy, Self.sa.replacing("-u 7", with: "-u 8") + Self.policy] {
            let lines = graph(text, owned: text)
            let missing = try line("no SA for", lines)
            #expect(missing.hasPrefix(#""192.0.2.1" -> "192.0.2.2" [style=solid, color=red"#))
            #expect(try line("spdadd", lines).contains("style=dashed, color=red"))
        }
        // One that waits for its keys serves nothing.
        let lines = graph(Self.sa + Self.policy, owned: Self.sa + Self.policy) { $0.state = .larval }
        #expect(try line("0x1001", lines).contains("color=red"))
        #expect(try line("spdadd", lines).contains("color=red"))
        let optional = Self.policy.replacing("unique:7", with: "use")
        #expect(!graph(optional, owned: optional).contains { $0.contains("color=red") })
    }

    @Test func whatEndsSoonIsOrange() throws {
        let lines = graph(Self.sa, owned: Self.sa) {
            $0.limits.hard.addTime = 100
            $0.current.addTime = 910
        }
        let sa = try line("0x1001", lines)
        #expect(sa.contains("color=orange") && sa.contains(" left"))
        #expect(try line("0x1001", graph(Self.sa) { $0.state = .dying }).contains("color=orange"))
        let young = graph(Self.sa, owned: Self.sa) {
            $0.limits.hard.addTime = 100
            $0.current.addTime = 990
        }
        #expect(try line("0x1001", young).contains("color=darkgreen"))
    }

    @Test func theOrderOfEntriesDoesNotMatter() {
        let more = "add 192.0.2.1 192.0.2.2 esp 0x1002 -E null ;\nspdadd 10.1.0.0/16 10.3.0.0/16 any -P out discard ;\n"
        #expect(graph(Self.sa + Self.policy + more) == graph(more + Self.policy + Self.sa))
    }

    @Test func defaultsAreSaidBelow() throws {
        let lines = graph("spddefault -P fwd discard ;\nspddefault -P in discard ;\n")
        #expect(try line("graph [", lines).contains(#"label="dropped, if no policy matches: fwd, in""#))
    }

    /// Names of devices come from outside.
    @Test func whatStandsInAStringIsQuoted() throws {
        let lines = graph(#"spdadd 10.1.0.0/16 10.2.0.0/16 any -dev "a\b" -P out none ;"# + "\n")
        #expect(try line("spdadd", lines).contains(#"-dev \"a\\b\" -P out none ;""#))
    }
}
