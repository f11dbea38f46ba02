import IPsec
import SetkeySyntax
import Testing

struct StatementTests {
    private func reference(_ proto: IPsecProtocol, _ spi: UInt32) -> SAReference {
        let identity = SAIdentity(
            destination: ip("10.0.11.33"), ipsecProtocol: proto, spi: SPI(rawValue: spi))
        return SAReference(identity: identity, source: ip("10.0.11.41"))
    }

    @Test func statementsWithoutKeysAreRead() {
        let parsed = Parsed(
            """
            get 10.0.11.41 10.0.11.33 ah 123456 ;
            delete 10.0.11.41 10.0.11.33 esp 0x10001;
            deleteall 10.0.11.41 10.0.11.33 esp ; deleteall -n ::1 ::2;
            flush ;; flush ah; dump esp ; dump ; spdflush; spddump ;
            include "conf.d/*.conf" ;
            """)
        #expect(parsed.diagnostics.isEmpty)
        #expect(
            parsed.kinds == [
                .get(reference(.ah, 123456)), .delete(reference(.esp, 0x10001)),
                .deleteAll(source: ip("10.0.11.41"), destination: ip("10.0.11.33"), ipsecProtocol: .esp),
                .deleteAll(source: ip("::1"), destination: ip("::2"), ipsecProtocol: nil), .flush(nil), .flush(.ah),
                .dump(.esp), .dump(nil), .flushPolicies, .dumpPolicies, .include(pattern: "conf.d/*.conf"),
            ])
    }

    @Test func rangesOfStatementsReachFromTheFirstTokenThroughTheSemicolon() {
        var parser = Parser(Array(" flush ;# c\n\tdump  esp ;".utf8))
        #expect(parser.next()?.range == 1..<8)
        #expect(parser.next()?.range == 13..<24)
        #expect(parser.next() == nil)
    }

    @Test(arguments: ["exit", "quit", "bye"])
    func nothingBehindTheEndIsRead(_ word: String) {
        let parsed = Parsed("flush ; \(word) ; this is \u{0} nothing")
        #expect(parsed.kinds == [.flush(nil), .end])
        #expect(parsed.diagnostics.isEmpty)
    }

    @Test func commentsBlanksAndLineEndsOfAllSystemsAreFine() {
        let text =
            "\u{FEFF}# größer\r\nflush#c;\r\n esp # ; \"\r\n;\r\nspdadd ::/0 ::/0 any # c\n -P out # d\n none # e\n;#"
        let parsed = Parsed(text)
        #expect(parsed.diagnostics.isEmpty)
        #expect(parsed.kinds.count == 2 && parsed.kinds.first == .flush(.esp))
        #expect(Parsed("").kinds.isEmpty && Parsed("  \n#x").diagnostics.isEmpty)
    }

    @Test func whatIsNoUTF8InACommentHasAPlaceAndOnlyNULIsAnError() {
        for bad in [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0]] as [[UInt8]] {
            let text = Array("flush ; # ".utf8) + bad + Array("\ndump ;".utf8)
            let parsed = Parsed(bytes: text, ParserOptions(warns: true))
            #expect(parsed.kinds == [.flush(nil), .dump(nil)])
            let severity = bad == [0] ? "error" : "warning"
            #expect(parsed.headlines.first?.hasPrefix("1:11: \(severity): ") == true)
        }
    }

    @Test func linesOfAPartCountFromTheGivenOne() {
        let source = SourceText(name: "t", bytes: Array("\n\nx ;".utf8), firstLine: 100)
        #expect(source.position(of: 2).line == 102 && source.position(of: 2).column == 1)
        let long = SourceText(name: "t", bytes: Array(String(repeating: "é \n", count: 10_000).utf8))
        #expect(long.position(of: 4 * 5000 + 3).line == 5001 && long.position(of: 4 * 5000 + 3).column == 3)
    }

    @Test func anOutlineHasThePositionsOfItsTextAndNothingElseOfIt() {
        for mark in ["", "\u{feff}"] {
            let source = SourceText(name: "t", bytes: Array((mark + "é key ;\r\n# ü\n\u{1f511}x ;").utf8), firstLine: 7)
            let outline = source.outline
            #expect(outline.bytes.count == source.bytes.count)
            for offset in 0...source.bytes.count {
                #expect(outline.position(of: offset) == source.position(of: offset))
            }
            #expect(outline.bytes.dropFirst(mark.utf8.count).allSatisfy { [10, 32, 0x80].contains($0) })
        }
    }

    @Test func extensionsBehindGetAreReadAndWarnedOf() {
        let parsed = Parsed("get 10.0.11.41 10.0.11.33 ah 123456 -m tunnel ;")
        #expect(parsed.kinds == [.get(reference(.ah, 123456))])
        #expect(parsed.headlines == ["1:37: warning: the extensions have no meaning here; remove them"])
    }

    @Test func rfcSemanticsAddsAForwardPolicy() throws {
        let text = "-P in ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique:7 ah/transport//unique:8 ;"
        for word in ["spdadd", "spdupdate"] {
            let kind = try #require(Parsed("\(word) 10.0.0.0/24 10.1.0.0/24 any \(text)").kinds.first)
            #expect(
                kind.forwardTwin?.text()
                    == "\(word) 10.0.0.0/24 10.1.0.0/24 any -P fwd ipsec esp/tunnel/192.0.2.1-192.0.2.2/require "
                    + "ah/transport//unique:8 ;")
        }
        let removal = try #require(Parsed("spddelete 10.0.0.0/24 10.1.0.0/24 any -P in ;").kinds.first)
        #expect(removal.forwardTwin?.text() == "spddelete 10.0.0.0/24 10.1.0.0/24 any -P fwd ;")
        for text in ["spdadd ::1 ::2 any -P out none ;", "spdadd ::1 ::2 any -P fwd none ;", "flush ;"] {
            #expect(try #require(Parsed(text).kinds.first).forwardTwin == nil)
        }
    }

    @Test func descriptionsForDebuggingHideKeys() throws {
        let source = SourceText(
            name: "f",
            bytes: Array(
                "\n add ::1 ::2 esp 0x1000 -E des-cbc \"SECRETXX\" -A hmac-md5 0x53454352455458585345435245545858 ;"
                    .utf8))
        var parser = Parser(source)
        let first = parser.next()
        let text = source.describe(try #require(first))
        #expect(text.hasPrefix("f:2:2: add ::1 ::2 esp 0x1000 -r 32 -E des-cbc <hidden> -A hmac-md5 <hidden> ;\n"))
        #expect(text.contains("encryption: des-cbc with a key of 64 bits"))
        #expect(!text.contains("SECRET") && !text.contains("5345"))
    }
}
