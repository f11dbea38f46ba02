import IPsec
import SetkeySyntax
import Testing

/// `spddefault` in the language: what becomes of packets that no policy matches.
struct PolicyDefaultTests {
    private let xfrm = ParserOptions(traits: .xfrm)

    @Test(arguments: Direction.managed) func itSaysADirectionAndWhatHappens(_ direction: Direction) {
        let parsed = Parsed("spddefault -P \(direction.word) discard; spddefault -P\(direction.word) none ;", xfrm)
        let discard = SecurityPolicy(defaultOf: direction)
        let none = SecurityPolicy(defaultOf: direction, action: .bypass)
        #expect(parsed.kinds == [.addPolicy(discard), .addPolicy(none)] && parsed.diagnostics.isEmpty)
        guard case .addPolicy(discard)? = parsed.kinds.first?.request,
            case .deletePolicy(discard.identity)? = parsed.kinds.last?.request
        else {
            Issue.record("other requests")
            return
        }
    }

    @Test func aDefaultIsNoPolicyOfEverything() {
        let all = AddressPrefix(address: .unspecified(.ipv4), length: 0)
        let policy = PolicyIdentity(direction: .outbound, selector: Selector(source: all, destination: all))
        let name = PolicyIdentity(defaultOf: .outbound)
        #expect(policy != name && name.isDefault && !policy.isDefault && name.outlivesFlush)
        #expect(name == PolicyIdentity(defaultOf: .outbound) && name != PolicyIdentity(defaultOf: .inbound))
    }

    @Test(arguments: [
        ("spddefault -P out ipsec esp/transport//require ;", "1:19: error: packets that no policy matches have no"),
        ("spddefault -P out ;", "1:19: error: what to do with packets that no policy matches"),
        ("spddefault out discard ;", "1:12: error: -P is expected here"),
        ("spddefault -P any discard ;", "1:15: error: a direction is expected here"),
        ("spddefault -P out discard prio 3 ;", "1:27: error: ';' is expected here"),
        ("spddefault 10.0.0.0/8 any any -P out none ;", "1:12: error: -P is expected here"),
    ])
    func whatIsWrongIsSaidAtItsPlace(_ text: String, _ wanted: String) {
        let parsed = Parsed(text, xfrm)
        #expect(parsed.headlines.first?.prefix(wanted.count) == wanted[...], "\(parsed.headlines)")
        #expect(parsed.kinds.isEmpty)
    }

    @Test func throughPFKeyItIsAnErrorAtItsPlace() {
        let parsed = Parsed("spdflush; spddefault -P out discard; spddump;")
        #expect(
            parsed.headlines == [
                "1:11: error: PF_KEY cannot express spddefault; it needs the XFRM interface (--kernel xfrm); or remove it"
            ])
        #expect(parsed.kinds == [.flushPolicies, .dumpPolicies])
    }

    @Test func rfcSemanticsAddNoTwin() throws {
        #expect(try #require(Parsed("spddefault -P in discard;", xfrm).kinds.first).forwardTwin == nil)
    }

    // MARK: The file

    private func evaluate(
        _ text: String, _ reading: DesiredState.Reading = .declaration
    ) -> (state: DesiredState, diagnostics: [String]) {
        let source = SourceText(name: "t", bytes: Array(text.utf8))
        var parser = Parser(source, options: xfrm)
        var evaluation = DesiredState.Evaluation(reading)
        while let statement = parser.next() {
            evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
        }
        #expect(parser.diagnostics.isEmpty)
        let told = evaluation.diagnostics.map { found in
            String(source.render(found.diagnostic).dropFirst(2).prefix { $0 != "\n" })
        }
        return (evaluation.finish(), told)
    }

    private func defaults(_ state: DesiredState) -> [String] {
        state.policies.map(\.entry).filter(\.identity.isDefault).map { "\($0.identity.direction) \($0.action)" }
    }

    @Test(arguments: ["discard", "none"]) func twoOfOneDirectionAreAnErrorWithANote(_ second: String) {
        let text = "spddefault -P out discard;\nspddefault -P in none;\nspddefault -P out \(second);"
        let (state, diagnostics) = evaluate(text)
        #expect(
            diagnostics == [
                "3:1: error: the default for 'out' is declared twice; remove one of the two",
                "1:1: note: the first declaration is here",
            ])
        #expect(defaults(state) == ["outbound discard", "inbound bypass"])
    }

    @Test func statementsThatRunMaySetItAgain() {
        let (state, diagnostics) = evaluate("spddefault -P out discard; spddefault -P out none;", .script)
        #expect(diagnostics.isEmpty && defaults(state) == ["outbound bypass"])
    }

    @Test func aFlushOfTheSPDDoesNotTouchIt() {
        let (state, _) = evaluate("spddefault -P fwd discard; spdadd ::1 ::2 any -P in none; spdflush;")
        #expect(defaults(state) == ["forward discard"] && state.policies.count == 1)
    }

    @Test func theStateIsWrittenAndReadAgain() {
        let text = "spdflush; spddefault -P fwd discard; spdadd ::1 ::2 any -P in none; spddefault -P in none;"
        let (state, _) = evaluate(text)
        var output: [UInt8] = []
        state.append(to: &output)
        let again = evaluate(String(decoding: output, as: UTF8.self)).state
        #expect(again.policies.map(\.entry) == state.policies.map(\.entry) && again.policies.count == 3)
    }

    // MARK: Remarks

    private func remarks(_ text: String) -> [String] {
        FileRules.remarks(on: evaluate(text).state).map(\.diagnostic.message)
    }

    @Test func whatMayCutOffIsWarnedOf() {
        let warning = " pass in clear, and this drops all others: it can cut you off from this machine"
        func message(_ word: String) -> String { "no policy of this file lets packets '\(word)'" + warning }
        #expect(remarks("spddefault -P out discard;") == [message("out")])
        #expect(remarks("spddefault -P in discard; spdadd ::1 ::2 any -P out none;") == [message("in")])
        #expect(remarks("spddefault -P out discard; spdadd ::1 ::2 any -P out none;").isEmpty)
        #expect(remarks("spddefault -P fwd discard; spddefault -P out none;").isEmpty)
        #expect(remarks("spddefault -P out discard; spdadd ::1 ::2 any -P out discard;") == [message("out")])
    }

    @Test func itOverlapsWithNothing() {
        #expect(
            remarks("spddefault -P out discard; spdadd 0.0.0.0/0 0.0.0.0/0 any -P out prio -2147483647 none;").isEmpty)
    }

    // MARK: Dumps

    @Test func aDumpShowsItAsItShowsPoliciesOfSockets() {
        var format = DumpFormat(options: .init(processID: 1), now: 0)
        var output: [UInt8] = []
        format.append(SecurityPolicy(defaultOf: .forward), isLast: true, to: &output)
        let blanks = String(repeating: " ", count: 20)
        #expect(
            String(decoding: output, as: UTF8.self)
                == #"(default policy) \n\tfwd discard\n\tcreated: \#(blanks)  lastused: \#(blanks)"#
                + #"\n\tlifetime: 0(s) validtime: 0(s)\n\tspid=0 seq=0 pid=1\n\trefcnt=0\n"#)
    }
}
