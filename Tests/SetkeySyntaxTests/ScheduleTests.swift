import IPsec
import SetkeySyntax
import Testing

/// The declared state as a function of time.
struct ScheduleTests {
    private func evaluate(_ text: String) -> (state: DesiredState, diagnostics: [String]) {
        let source = SourceText(name: "t", bytes: Array(text.utf8))
        var options = ParserOptions()
        options.traits = .xfrm
        var parser = Parser(source, options: options)
        var evaluation = DesiredState.Evaluation()
        while let statement = parser.next() { evaluation.add(statement, from: 0) }
        #expect(parser.diagnostics.isEmpty)
        evaluation.endText()
        let diagnostics = evaluation.diagnostics.map { found in
            String(source.render(found.diagnostic).dropFirst(2).prefix { $0 != "\n" })
        }
        return (evaluation.finish(), diagnostics)
    }

    private func add(_ spi: Int, _ clauses: String = "") -> String { "add ::1 ::2 esp \(spi) \(clauses) -E null ;\n" }

    private func spis(_ state: DesiredState) -> [UInt32] { state.associations.map(\.entry.identity.spi.rawValue) }

    @Test func aStateIsThatOfItsMoment() {
        let (state, diagnostics) = evaluate(
            add(300, "-from 1970-01-01T00:01:00Z -until 1970-01-01T00:03:00Z") + add(301)
                + add(302, "-from 1970-01-01T00:00:30Z") + add(303, "-until 1970-01-01T00:02:00Z"))
        #expect(diagnostics.isEmpty)
        #expect(state.schedule?.changes == [30, 60, 120, 180])
        for (moment, expected, next) in [
            (0, [301, 303], 30), (29, [301, 303], 30), (30, [301, 303, 302], 60), (60, [301, 303, 302, 300], 120),
            (120, [301, 302, 300], 180), (180, [301, 302], nil), (1 << 40, [301, 302], nil),
        ] as [(Int, [UInt32], Int?)] {
            #expect(spis(state.at(moment)) == expected)
            #expect(state.at(moment).nextChange == next)
            // The way there does not matter.
            #expect(spis(state.at(170).at(moment)) == expected)
        }
        #expect(state.at(30).isOutdated(at: 29) && !state.at(30).isOutdated(at: 59) && state.at(30).isOutdated(at: 60))
        #expect(spis(state.lasting) == [301])
    }

    @Test func aTextOfItDeclaresItAgain() {
        let (state, _) = evaluate(
            "flush esp ; spdflush ;" + add(300, "-from 1970-01-01T00:01:00Z") + add(301)
                + "spdadd ::1 ::2 any -until 1970-01-02Z -P in none ;\n")
        var text: [UInt8] = []
        state.append(to: &text)
        let (again, diagnostics) = evaluate(String(decoding: text, as: UTF8.self))
        #expect(diagnostics.isEmpty)
        for moment in [0, 60, 86_400] {
            #expect(spis(again.at(moment)) == spis(state.at(moment)))
            #expect(again.at(moment).policies.count == state.at(moment).policies.count)
        }
        #expect(again.schedule?.changes == [60, 86_400])
    }

    @Test func twoOfOneNameMayFollowEachOther() {
        let early = "-until 1970-01-01T00:01:00Z", late = "-from 1970-01-01T00:01:00Z"
        #expect(evaluate(add(300, early) + add(300, late)).diagnostics.isEmpty)
        #expect(
            evaluate(add(300, late) + add(300, "-until 1970-01-01T00:01:01Z")).diagnostics == [
                "2:1: error: esp ::2 spi 0x12c is declared twice at one time; let one end before the other begins, or remove "
                    + "one of the two", "1:1: note: the first declaration is here",
            ])
        #expect(evaluate(add(300) + add(300, late)).diagnostics.count == 2)
        #expect(evaluate(add(300, late) + add(300)).diagnostics.count == 2)
        #expect(evaluate(add(300, early) + "flush ;" + add(300)).diagnostics.isEmpty)
        let policy = "spdadd ::1 ::2 any \(early) -P in none ;\n"
        #expect(evaluate(policy + policy).diagnostics.count == 2)
        #expect(evaluate(policy + "spdadd ::1 ::2 any \(late) -P in discard ;").diagnostics.isEmpty)
        #expect(evaluate(policy + "spdadd ::1 ::2 any -P in discard ;").diagnostics.count == 2)
        #expect(evaluate(policy + "spdflush ; spdadd ::1 ::2 any -P in discard ;").diagnostics.isEmpty)
    }

    @Test func whatIsRemovedAgainNeverHolds() {
        let (state, _) = evaluate(
            add(300, "-from 1970-01-01T00:01:00Z") + add(301, "-from 1970-01-01T00:01:00Z") + "delete ::1 ::2 esp 300 ;"
                + "deleteall ::1 ::9 ; ")
        #expect(spis(state.at(60)) == [301])
        #expect(state.at(60).absences.associations.count == 1)
        #expect(evaluate(add(300, "-from 1970-01-01T00:01:00Z") + "flush ;").state.schedule == nil)
    }

    @Test func marksThatTheKernelCannotTellApartMayFollowEachOther() {
        let (one, other) = ("-mark 1/0xff", "-mark 1/0xf")
        let (early, late) = ("-until 1970-01-01T00:01:00Z", "-from 1970-01-01T00:01:00Z")
        #expect(evaluate(add(300, one) + add(300, other)).diagnostics.count == 2)
        #expect(evaluate(add(300, "\(one) \(early)") + add(300, "\(other) \(late)")).diagnostics.isEmpty)
        #expect(evaluate(add(300, "\(one) \(early)") + add(300, other)).diagnostics.count == 2)
        #expect(evaluate(add(300, one) + add(300, "\(other) \(late)")).diagnostics.count == 2)
        #expect(evaluate(add(300, "\(one) \(late)") + add(300, "\(other) \(late)")).diagnostics.count == 2)
    }
}
