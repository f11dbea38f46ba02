import IPsec
import SetkeySyntax
import Testing

struct MaskingTests {
    /// Texts with one fault or more, in which every key holds one of these.
    private static let secrets = ["SECRET", "5ec4e7", "5EC4E7"]

    private func rendered(_ text: String) -> String {
        let parsed = Parsed(text)
        #expect(!parsed.diagnostics.isEmpty)
        return parsed.diagnostics.map(parsed.source.render).joined(separator: "\n")
    }

    @Test(arguments: [
        "add ::1 ::2 esp 256 -E aes-cbc \"SECRETSECRET\" ;",
        "add ::1 ::2 esp 256 -E aes-cbc 0x5ec4e75ec4e7 ;",
        "add ::1 ::2 esp 256 -E aes-cbc 5ec4e75ec4e7 ;",
        "add ::1 ::2 esp 256 -E aes-cbc 0x5ec4e7zz ;",
        "add ::1 ::2 esp 256 -E aes-cbc SECRET ;",
        "add ::1 ::2 esp 256 -E aes-cbc 'SECRET AND;SECRET' ;",
        "add ::1 ::2 esp 256 -E aes-cbc SECRET SECRET\" ;",
        "add ::1 ::2 esp 256 -E aes-cbc \"SECRET ;", "add ::1 ::2 esp 256 -E aes-cbc x;SECRET SECRET ;SECRET",
        "add ::1 ::2 esp 256 -E aes-cbc \"SECRET ;\nadd ::1 ::2 esp 256 -E aes-cbc \"SECRET\" ;\nbogus ;",
        "add ::1 ::2 esp 256 -E aes-cbc SECRET\" ;\nadd ::1 ::2 esp 256 -E des-cbc \"SECRETXX\" ; flush x SECRET ;",
        "add ::1 ::2 esp 256 -E \"SECRET\" ;",
        "add ::1 ::2 esp 256 -E 0x5ec4e75ec4e7 ;",
        "add ::1 ::2 esp 256 -E 5ec4e75ec4e7 ;",
        "add ::1 ::2 esp 256 -E des-cbc \"SECRETXX\" -m bogus ;",
        "add ::1 ::2 esp 1 -E des-cbc \"SECRETXX\" ; add ::1 ::2 esp 2 -E des-cbc 0x5ec4e7005ec4e700 ;",
        "add ::1 ::2 esp 256 -E null \"SECRET\" ;",
        "\"SECRET\" ;", "flush \"SECRET\" ;", "add \"SECRET\" ;", "0x5ec4e75ec4e7 ;",
        "add ::1 ::2 esp 0x5ec4e75ec4e7 -E null ;",
        "add ::1 ::2 esp 256 -E aes-cbc \"SECRET\nSECRET\" nonsense ;",
    ])
    func noKeyIsEverShown(_ text: String) {
        let output = rendered(text)
        for secret in Self.secrets { #expect(!output.contains(secret), "\(output)") }
    }

    /// Pieces of keys that would be something else where they stand.
    @Test(arguments: [
        // A comment that is broken in two: an IPv6 address.
        ("add ::1 ::2 esp 1 -E null ; # was 0xa930:\\\n1c13:1150:b62b:7327:5b30:8e69:efdc:3416 add ::1 ;", "b62b"),
        ("add ::1 ::2 esp 1 1c13:1150:b62b:7327:5b30:8e69:efdc:3416 -m bogus ;", "b62b"),
        // No protocol, or no SPI: an SPI.
        ("add ::1 ::2 0x1000 0xAD613231 433BFD99 ;", "AD613231"),
        ("add ::1 ::2 esp 0xAD613231 433BFD99 5b308e69 nonsense ;", "AD613231"),
        ("add ::1 ::2 esp 0xAD613231 \"xxxx\" nonsense ;", "AD613231"),
        // No opening quote, and no blank either: a number of replays.
        ("add ::1 ::2 ah 0x100 -m tunnnel -r 478799979\" -m bogus ;", "7879"),
    ])
    func noPieceOfAKeyIsTakenForSomethingElse(_ text: String, piece: String) {
        let output = rendered(text)
        #expect(!output.contains(piece), "\(output)")
    }

    @Test(arguments: ["0x1e241", "123456", "0xdeadbeef", "4294967295"])
    func anSPIIsShown(_ spi: String) {
        #expect(rendered("add ::1 ::2 esp \(spi) -m tunnnel ;").contains("esp \(spi) -m"))
        #expect(rendered("get ::1 ::2 esp \(spi) ; bogus ;").contains("esp \(spi) ;"))
    }

    @Test func anSPIAfterAWrongProtocolIsShown() {
        #expect(rendered("add ::1 ::2 bogus 0x1000 -E null ;").contains(" 0x1000 "))
    }

    @Test func whatIsNoKeyIsShown() {
        let text = "add 192.0.2.1 192.0.2.2 esp 0x1e241 -m tunnnel -E aes-cbc 0x5ec4e75ec4e7 -ctx 1 1 \"a:b\" ;"
        let shown = "add 192.0.2.1 192.0.2.2 esp 0x1e241 -m tunnnel -E aes-cbc ************** -ctx 1 1 \"***\" ;"
        #expect(rendered(text).contains("\n   \(shown)\n"))
        #expect(
            rendered("add ::1 ::2 esp 256 -E aes-cbc @site-key ;").contains(
                "\n   add ::1 ::2 esp 256 -E aes-cbc @site-key ;\n"))
        #expect(rendered("include \"a/b\" tunnel ;").contains("include \"a/b\" tunnel ;"))
    }

    @Test(arguments: [
        ("-from 2027-01-01T00:00:00Z -until 2027-02-01 00:00Z", true), ("-until 2027-13-01Z", true),
        ("-from 5ec4e75ec4e7", false), ("-from 2027 SECRET", false), ("-from SECRET", false),
        ("-from 2027-01-01 SECRET", false),
    ])
    func timesAreShown(_ clauses: String, _ areShown: Bool) {
        #expect(rendered("add 192.0.2.1 192.0.2.2 esp 0x1e241 \(clauses) -m bogus ;").contains(clauses) == areShown)
    }

    @Test(arguments: ["; ", "\n", " "])
    func whatFollowsAForgottenQuoteIsNoNameOfAFile(_ separator: String) {
        let text = "include \"/etc/a\(separator)add ::1 ::2 esp 256 -E aes-cbc 0xcafef00d; include /etc/b\" ;"
        let output = rendered(text)
        #expect(output.contains("this is not a file name"))
        #expect(!output.contains("cafe") && !output.contains("f00d"), "\(output)")
    }

    @Test func aLongLineIsShownAroundTheFault() {
        let text = String(repeating: "flush ; ", count: 1000) + "spdad ; " + String(repeating: "flush ; ", count: 1000)
        let lines = rendered(text).split(separator: "\n")
        #expect(lines.count == 3 && lines[1].utf8.count < 200 && lines[1].contains("spdad"))
        let caret = lines[2].firstIndex(of: "^").map { lines[2].distance(from: lines[2].startIndex, to: $0) } ?? 0
        #expect(lines[1].dropFirst(caret).hasPrefix("spdad"))
        #expect(lines[0].hasPrefix("t:1:8001: error:"))
    }

    @Test func controlCharactersDoNotReachTheTerminal() {
        #expect(!rendered("flush \u{1b}[31m ;").contains("\u{1b}"))
    }
}
