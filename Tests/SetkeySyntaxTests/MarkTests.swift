import IPsec
import SetkeySyntax
import TestSupport
import Testing

/// Marks, output marks and interface ids in the language.
struct MarkTests {
    private let xfrm = ParserOptions(traits: .xfrm)

    private func add(_ extensions: String, spi: Int = 0x1000) -> String {
        "add 10.0.0.1 10.0.0.2 esp \(spi) \(extensions) -E null ;"
    }

    @Test(arguments: [
        ("1", "0x1/0xffffffff"), ("0x1/0xff", "0x1/0xff"), ("0/255", "0x0/0xff"),
        ("4294967295", "0xffffffff/0xffffffff"),
    ])
    func aMarkIsAValueAndAMask(_ written: String, _ meant: String) throws {
        let sa = try #require(Parsed(add("-mark \(written) -output-mark \(written) -if_id 0x2a"), xfrm).association)
        #expect(sa.identity.mark.description == meant)
        #expect(sa.outputMark.description == meant)
        #expect(sa.interfaceID == InterfaceID(rawValue: 42))
    }

    @Test func getAndDeleteNameTheMark() throws {
        let kinds = Parsed("get ::1 ::2 esp 256 -mark 5/0xf; delete ::1 ::2 esp 256 -mark 5/0xf;", xfrm).kinds
        for kind in kinds {
            switch kind {
            case .get(let reference), .delete(let reference):
                #expect(reference.identity.mark == Mark(value: 5, mask: 15))
            default: Issue.record("another statement")
            }
        }
        #expect(kinds.count == 2)
    }

    @Test(arguments: [
        ("-mark", "1:38: error: the mark must be a decimal or a hexadecimal number"),
        ("-mark 0x1/0", "1:38: error: a mark of which no bit counts is none; leave it out, or write a mask"),
        ("-mark 0x101/0xff", "1:38: error: the mark has bits that its mask leaves out; write 0x1/0xff"),
        ("-mark 0x100000000", "1:38: error: the mark is too big"),
        ("-mark 1/x", "1:40: error: the mask of the mark must be a decimal or a hexadecimal number"),
        ("-output-mark /1", "1:45: error: the mark is missing"),
        ("-if_id 0", "1:39: error: interface id 0 is none"),
    ])
    func whatIsWrongIsSaidAtItsPlace(_ extensions: String, _ wanted: String) {
        let parsed = Parsed(add(extensions), xfrm)
        #expect(parsed.headlines.first?.prefix(wanted.count) == wanted[...])
        #expect(parsed.kinds.isEmpty)
    }

    @Test(arguments: ["-mark 1", "-output-mark 1", "-if_id 1"])
    func throughPFKeyItIsAnErrorAtItsPlace(_ extensions: String) {
        let parsed = Parsed(add(extensions))
        let option = extensions.prefix { $0 != " " }
        #expect(
            parsed.headlines == [
                "1:32: error: PF_KEY cannot express \(option); it needs the XFRM interface (--kernel xfrm); or remove it"
            ])
    }

    @Test func theTextOfAMarkIsShownInAMessage() {
        let parsed = Parsed("add ::1 ::2 esp 256 -mark 0x1/0xff -E des-cbc 0x00 ;", xfrm)
        let shown = parsed.diagnostics.first.map { parsed.source.render($0) } ?? ""
        #expect(shown.contains("-mark 0x1/0xff"), "\(shown)")
    }

    // MARK: Policies

    private func policy(_ clauses: String, _ source: String = "fe80::1", _ destination: String = "ff02::5") -> Parsed {
        Parsed("spdadd \(source) \(destination) 89 \(clauses) -P out none ;", xfrm)
    }

    @Test func aPolicyHasAMarkAnInterfaceIDAndADevice() throws {
        let identity = try #require(policy("-dev eth0 -mark 1/0xff -if_id 7").policy).identity
        #expect(identity.mark == Mark(value: 1, mask: 255))
        #expect(identity.interfaceID == InterfaceID(rawValue: 7))
        #expect(identity.device == .named("eth0"))
        let deletion = Parsed("spddelete fe80::1 ff02::5 89 -if_id 7 -mark 1/0xff -dev \"eth0\" -P out ;", xfrm)
        #expect(deletion.kinds == [.deletePolicy(identity)])
    }

    @Test(arguments: [
        ("fe80::1%eth0", "ff02::5"), ("fe80::1", "ff02::5%eth0"), ("fe80::1%eth0/128", "ff02::5%eth0/128"),
    ])
    func aScopeIsADevice(_ source: String, _ destination: String) throws {
        #expect(try #require(policy("", source, destination).policy).identity.device == .named("eth0"))
        #expect(try #require(policy("-dev eth0", source, destination).policy).identity.device == .named("eth0"))
    }

    @Test(arguments: [
        ("fe80::1%eth0", "ff02::5%eth1", ""), ("fe80::1%eth0", "ff02::5", "-dev eth1"), ("fe80::1", "::1", "-dev a/b"),
        ("fe80::1", "::1", "-dev abcdefghijklmnop"), ("fe80::1", "::1", "-dev index:0"), ("fe80::1%", "::1", ""),
    ])
    func whatIsNoDeviceIsAnError(_ source: String, _ destination: String, _ clauses: String) {
        let parsed = policy(clauses, source, destination)
        #expect(parsed.kinds.isEmpty && parsed.diagnostics.count == 1, "\(parsed.headlines)")
    }

    @Test func throughPFKeyAPolicyIsBoundToNothing() {
        for clauses in ["-dev eth0", "-mark 1", "-if_id 7"] {
            let parsed = Parsed("spdadd ::1 ::2 any \(clauses) -P out none ;")
            #expect(parsed.headlines.first?.hasPrefix("1:20: error: PF_KEY cannot express -") == true)
        }
        #expect(Parsed("spdadd fe80::1%eth0 ::2 any -P out none ;").kinds.isEmpty)
    }

    @Test func theDumpOfAPolicyHasALineMore() throws {
        var format = DumpFormat(options: .init(processID: 1), now: 0)
        var output: [UInt8] = []
        format.append(
            try #require(policy("-dev eth0 -mark 1/0xff -if_id 7").policy), isLast: true, to: &output)
        let whole = String(decoding: output, as: UTF8.self)
        #expect(whole.contains(#"\n\tmark=0x1/0xff if_id=7 dev=eth0\n\tspid="#), "\(whole)")
    }

    // MARK: What the kernel cannot tell apart

    private func diagnostics(_ text: String, _ reading: DesiredState.Reading = .declaration) -> [String] {
        let source = SourceText(name: "t", bytes: Array(text.utf8))
        var parser = Parser(source, options: xfrm)
        var evaluation = DesiredState.Evaluation(reading)
        while let statement = parser.next() {
            evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
        }
        #expect(parser.diagnostics.isEmpty)
        evaluation.endText()
        #expect(evaluation.errorCount == evaluation.diagnostics.count { $0.diagnostic.severity == .error })
        return evaluation.diagnostics.map { found in
            String(source.render(found.diagnostic).dropFirst(2).prefix { $0 != "\n" })
        }
    }

    /// The kernel compares the bits that count for the SA that it has (xfrm-facts 2.1).
    @Test(arguments: [
        ("-mark 1/0xff", "", true), ("", "-mark 1/0xff", true), ("-mark 0/0xff", "", true),
        ("-mark 1/0xff", "-mark 0x101/0xffff", true), ("-mark 1", "-mark 1/0xff", true),
        ("-mark 1/0xff", "-mark 2/0xff", false), ("-mark 1", "-mark 2", false),
        ("-mark 0x100/0xff00", "-mark 1/0xff", false), ("-mark 0/0xff", "-mark 0/0xff00", true),
    ])
    func twoThatTheKernelCannotTellApartAreAnErrorAtBoth(_ first: String, _ second: String, _ isError: Bool) {
        let found = diagnostics(add(first) + "\n" + add(second))
        #expect(found.count == (isError ? 2 : 0), "\(found)")
        guard isError else { return }
        #expect(found.first?.hasPrefix("2:1: error: esp 10.0.0.2 spi 0x1000") == true, "\(found)")
        #expect(found.first?.hasSuffix("cannot tell their marks apart; give one of them another SPI") == true)
        #expect(found.last == "1:1: note: the first declaration is here")
    }

    @Test func anotherSPIOrOneThatIsDeletedIsNoConflict() {
        #expect(diagnostics(add("-mark 1/0xff") + add("", spi: 0x1001)).isEmpty)
        #expect(
            diagnostics(add("-mark 1/0xff") + "delete 10.0.0.1 10.0.0.2 esp 0x1000 -mark 1/0xff;" + add("")).isEmpty)
        #expect(diagnostics(add("-mark 1/0xff") + add(""), .script).isEmpty)
    }

    // MARK: Dumps

    @Test func aDumpHasALineMoreForWhatHasAny() throws {
        func dump(_ extensions: String) throws -> String {
            var format = DumpFormat(options: .init(processID: 1), now: 0)
            var output: [UInt8] = []
            let sa = try #require(Parsed(add(extensions), xfrm).association)
            format.append(sa, isLast: true, to: &output)
            return String(decoding: output, as: UTF8.self)
        }
        let line = #"\tmark=0x1/0xff output-mark=0x2/0xffffffff if_id=7\n"#
        let whole = try dump("-mark 1/0xff -output-mark 2 -if_id 7")
        #expect(whole.contains(line + #"\tsadb_seq=0"#), "\(whole)")
        #expect(whole.replacing(line, with: "") == (try dump("")))
        #expect(try dump("-if_id 7").contains(#"\tif_id=7\n"#))
    }
}
