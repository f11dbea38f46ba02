import IPsec
import SetkeySyntax
import Testing

struct DesiredStateTests {
    private func evaluate(_ text: String) -> (state: DesiredState, diagnostics: [String]) {
        let source = SourceText(name: "t", bytes: Array(text.utf8))
        var parser = Parser(source)
        var evaluation = DesiredState.Evaluation()
        while let statement = parser.next() {
            evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
        }
        #expect(parser.diagnostics.isEmpty)
        let diagnostics = evaluation.diagnostics.map { found in
            String(source.render(found.diagnostic).dropFirst(2).prefix { $0 != "\n" })
        }
        return (evaluation.finish(), diagnostics)
    }

    private func spis(_ state: DesiredState) -> [UInt32] {
        state.associations.map(\.entry.identity.spi.rawValue)
    }

    private func add(_ spi: Int, _ proto: String = "esp", _ destination: String = "::2") -> String {
        "add ::1 \(destination) \(proto) \(spi) \(proto == "ah" ? "-A hmac-md5 \"1234567890123456\"" : "-E null") ;\n"
    }

    @Test func declarationsKeepTheirOrderAndTheirPlace() {
        let (state, diagnostics) = evaluate(
            add(300) + add(299) + add(298, "ah") + "spdupdate ::1 ::2 any -P in none ; update ::1 ::2 esp 301 -E null ;"
        )
        #expect(spis(state) == [300, 299, 298, 301])
        #expect(state.associations[0].origin == StatementOrigin(source: 0, range: 0..<29))
        #expect(state.policies.map(\.entry.action) == [.bypass])
        #expect(diagnostics.isEmpty)
        #expect(state.ownership == DesiredState.Ownership())
    }

    @Test func twoDeclarationsOfOneIdentityAreAnErrorAtBoth() {
        let (state, diagnostics) = evaluate(
            add(300) + "add ::9 ::2 esp 300 -E null ;\nspdadd ::1 ::2 any -P in none ;\n"
                + "spdadd ::1 ::2 any -P in prio 5 discard ;")
        #expect(spis(state) == [300])
        #expect(
            diagnostics == [
                "2:1: error: esp ::2 spi 0x12c is declared twice; remove one of the two",
                "1:1: note: the first declaration is here",
                "4:1: error: this policy is declared twice; remove one of the two",
                "3:1: note: the first declaration is here",
            ])
    }

    @Test func deletingForgetsAndRequiresAbsence() {
        let (state, _) = evaluate(
            add(300) + add(301) + "delete ::1 ::2 esp 300 ; delete ::1 ::2 esp 305 ;" + add(305)
                + "spdadd ::1 ::2 any -P in none ; spddelete ::1 ::2 any -P in ;")
        #expect(spis(state) == [301, 305])
        #expect(state.absences.associations.map(\.entry.identity.spi.rawValue) == [300])
        #expect(state.policies.isEmpty)
        #expect(state.absences.policies.map(\.entry.direction) == [.inbound])
    }

    @Test func whatWasDeletedMayBeDeclaredAgain() {
        let (state, diagnostics) = evaluate(add(300) + "delete ::1 ::2 esp 300 ;" + add(301) + add(300))
        #expect(spis(state) == [301, 300])
        #expect(diagnostics.isEmpty && state.absences.associations.isEmpty)
    }

    @Test func deleteAllForgetsOnePairOfAddresses() {
        let (state, diagnostics) = evaluate(
            add(300) + add(301, "ah") + add(302, "esp", "::3") + "deleteall ::1 ::2 esp ;" + add(300)
                + "deleteall ::1 ::3 ;")
        #expect(spis(state) == [301, 300])
        #expect(diagnostics.isEmpty)
        #expect(state.absences.pairs.map(\.entry.ipsecProtocol) == [.esp, nil])
    }

    @Test func flushForgetsAndOwns() {
        let one = evaluate(add(300) + add(301, "ah") + "delete ::1 ::2 esp 9999 ; flush esp ;" + add(300)).state
        #expect(spis(one) == [301, 300])
        #expect(one.ownership.protocols == [.esp] && !one.ownership.policies)
        #expect(one.absences.associations.isEmpty)
        let all = evaluate(add(300) + "deleteall ::1 ::2 ; flush ; spdadd ::1 ::2 any -P in none ; spdflush ;").state
        #expect(all.associations.isEmpty && all.policies.isEmpty && all.absences.pairs.isEmpty)
        #expect(all.ownership.protocols == [.ah, .esp, .ipcomp] && all.ownership.policies)
    }

    @Test func statementsThatDeclareNothingAreWarnedOf() {
        let diagnostics = evaluate("dump ; spddump ; get ::1 ::2 esp 256 ; getspi ::1 ::2 esp 0 ;").diagnostics
        #expect(diagnostics.map { $0.prefix { $0 != " " } } == ["1:1:", "1:8:", "1:18:", "1:40:"])
        #expect(diagnostics.allSatisfy { $0.contains("warning: this declares nothing") })
    }

    @Test func aScriptMayReplaceWhatItAdded() {
        func evaluate(_ text: String) -> (DesiredState, Int) {
            var evaluation = DesiredState.Evaluation(.script)
            for kind in Parsed(text).kinds {
                evaluation.add(kind, at: StatementOrigin(source: 0, range: 0..<1))
            }
            let count = evaluation.errorCount
            return (evaluation.finish(), count)
        }
        let (state, errors) = evaluate(
            add(300) + "update ::3 ::2 esp 300 -E null ; spdadd ::1 ::2 any -P in none ; dump ;"
                + "spdupdate ::1 ::2 any -P in discard ;")
        #expect(errors == 0 && state.associations.map(\.entry.source) == [ip("::3")])
        #expect(state.policies.map(\.entry.action) == [.discard])
        #expect(evaluate(add(300) + add(300)).1 == 1)
    }

    @Test func manyBarriersTakeNoMoreTimeThanTheStatements() {
        func time(_ count: Int) -> Duration {
            let statements = (0..<count).flatMap { index -> [Statement.Kind] in
                Parsed(add(256 + index) + "deleteall ::1 ::3 esp ; flush ah ;").kinds
            }
            return processorTime {
                var evaluation = DesiredState.Evaluation()
                for kind in statements { evaluation.add(kind, at: StatementOrigin(source: 0, range: 0..<1)) }
                #expect(evaluation.finish().associations.count == count)
            }
        }
        let small = (0..<3).map { _ in time(250) }.min() ?? .zero
        let large = (0..<3).map { _ in time(4000) }.min() ?? .zero
        #expect(large < small * 16 * 6 + .milliseconds(50))
    }
}
