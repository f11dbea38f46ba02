import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// SAs with marks: their names, and that nothing is done to one that the kernel takes for another (xfrm-facts 2.1).
struct MarkTests {
    private func evaluated(_ text: String) -> DesiredState {
        var parser = Parser(Array(text.utf8), options: ParserOptions(traits: .xfrm))
        var evaluation = DesiredState.Evaluation()
        while let statement = parser.next() {
            evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
        }
        #expect(parser.diagnostics.isEmpty)
        return evaluation.finish()
    }

    private func add(_ extensions: String = "") -> String {
        "add 10.0.0.1 10.0.0.2 esp 0x1000 \(extensions) -E null -A null ;"
    }

    private func mirror(_ extensions: [String]) -> Mirror {
        var mirror = Mirror(tellsStates: false)
        for text in extensions {
            for declared in evaluated(add(text)).associations {
                _ = mirror.apply(.association(.added, declared.entry))
            }
        }
        return mirror
    }

    private func reference(_ extensions: String) throws -> SAReference {
        try #require(evaluated(add(extensions)).associations.first).entry.reference
    }

    @Test(arguments: [
        ("-mark 1/0xff", "", true), ("", "-mark 1/0xff", false), ("", "-mark 0/0xff", true),
        ("-mark 0x101/0xffff", "-mark 1/0xff", true), ("-mark 1/0xff", "-mark 0x101/0xffff", false),
        ("-mark 1/0xff", "-mark 2/0xff", false),
    ])
    func itIsKnownWhichRequestsMislead(_ asked: String, _ present: String, _ misleads: Bool) throws {
        let reference = try reference(asked)
        #expect(mirror([asked, present]).objection(to: .delete(reference)) == (misleads ? .notUnique : nil))
        #expect(mirror([asked, present]).objection(to: .get(reference)) == (misleads ? .notUnique : nil))
        #expect(mirror([asked]).objection(to: .delete(reference)) == nil)
        // Also where the one that is meant is not there.
        #expect(mirror([present]).objection(to: .delete(reference)) == (misleads ? .notUnique : nil))
    }

    @Test func whatMisleadsIsNotAsked() throws {
        let reference = try reference("-mark 1/0xff")
        let present = mirror(["-mark 1/0xff", ""])
        let stale = try #require(present.associations[reference.identity])
        var application = Application(
            StepList([[Step(change: .delete(stale), reason: .stale, origin: nil)]]), Consequences(),
            to: Target(desired: .empty), temper: .undoing, incomplete: [])
        #expect(application.next(at: 0, in: present) == nil)
        #expect(application.isOver)
        #expect(application.errno == .notUnique)
        #expect(
            application.failures == [
                "error: delete esp 10.0.0.2 spi 0x1000 mark 0x1/0xff: there is another SA of this SPI, and the kernel "
                    + "cannot tell their marks apart (ENOTUNIQ)"
            ])
    }

    /// Its former self would be in its way, or be taken for it.
    @Test(arguments: [("-mark 1/0xff", ""), ("", "-mark 1/0xff"), ("-mark 1/0xff", "-mark 0x101/0xffff")])
    func anSAThatGetsAnotherMarkIsRemovedFirst(_ former: String, _ declared: String) {
        var ownership = Ownership()
        ownership.inForce = evaluated(add(former))
        let plan = Plan(from: mirror([former]), to: evaluated(add(declared)), ownership: ownership)
        guard plan.steps.count == 2, case .delete = plan.steps[0].change, case .add = plan.steps[1].change else {
            Issue.record("\(plan.steps.map(\.phrase))")
            return
        }
    }

    @Test func anSAOfAnotherMarkIsRemovedLast() {
        var ownership = Ownership()
        ownership.inForce = evaluated(add("-mark 1/0xff"))
        let plan = Plan(from: mirror(["-mark 1/0xff"]), to: evaluated(add("-mark 2/0xff")), ownership: ownership)
        guard plan.steps.count == 2, case .add = plan.steps[0].change, case .delete = plan.steps[1].change else {
            Issue.record("\(plan.steps.map(\.phrase))")
            return
        }
    }

    // MARK: Comparison

    /// What has a value before and after is changed in place (xfrm-facts 2.3).
    @Test(arguments: [
        ("-output-mark 1", "-output-mark 2", [EntryField.outputMark], true),
        ("-output-mark 1", "", [.outputMark], false), ("", "-output-mark 1", [.outputMark], false),
        ("-if_id 1", "-if_id 2", [.interfaceID], true), ("-if_id 1", "", [.interfaceID], false),
        ("-if_id 1", "-if_id 2 -r 5", [.replayWindow, .interfaceID], false),
        ("-mark 1/0xff -if_id 1", "-mark 1/0xff -if_id 1", [], true),
    ])
    func itIsUpdatedOrReplaced(_ present: String, _ declared: String, _ fields: [EntryField], _ inPlace: Bool) {
        let plan = Plan(from: mirror([present]), to: evaluated(add(declared)), ownership: Ownership())
        #expect(plan.isEmpty == fields.isEmpty)
        if fields.isEmpty { return }
        #expect(plan.steps.first?.reason == .differs(fields))
        switch plan.steps.first?.change {
        case .update: #expect(inPlace)
        case .replace: #expect(!inPlace)
        default: Issue.record("\(plan.steps.map(\.phrase))")
        }
    }

    // MARK: Names

    @Test func theMarkIsInTheJournal() throws {
        let identity = try reference("-mark 1/0xff").identity
        #expect(identity.logFields.contains(LogField(.mark, "0x1/0xff")))
        #expect(identity.description == "esp 10.0.0.2 spi 0x1000 mark 0x1/0xff")
        #expect(try !reference("").identity.logFields.contains { $0.name == .mark })
    }

    @Test func aNameIsWrittenDownWithItsMarkAndOldOnesAreRead() throws {
        for text in ["", "-mark 1/0xff", "-mark 0/0xff", "-mark 0xffffffff"] {
            let identity = try reference(text).identity
            var bytes = Array("+ ".utf8)
            identity.appendLine(to: &bytes)
            var reader = OwnershipRecord.Reader()
            reader.take(bytes[...])
            #expect(reader.unreadable == 0)
            #expect(reader.record.identities.associations == [identity])
        }
        for text in ["-mark 1/0xff", "-if_id 7", "-dev eth0", "-mark 1 -if_id 7 -dev index:3"] {
            let state = evaluated("spdadd fe80::1 ff02::5 89 \(text) -P out none;")
            let identity = try #require(state.policies.first).entry.identity
            var bytes = Array("+ ".utf8)
            identity.appendLine(to: &bytes)
            var reader = OwnershipRecord.Reader()
            reader.take(bytes[...])
            #expect(reader.record.identities.policies == [identity])
            #expect(identity.logFields.count > 2)
        }
        var reader = OwnershipRecord.Reader()
        let old =
            "+ sa esp 10.0.0.2 4096\n+ sa esp 10.0.0.2 4096 mark\n+ sa esp 10.0.0.2 4096 mark 0x1\n"
            + "+ sa esp 10.0.0.2 4096 mark 0x1/0x0\n+ sa esp 10.0.0.2 4096 mark 1/0xff\n"
        reader.take(Array(old.utf8)[...])
        #expect(reader.unreadable == 4)
        #expect(reader.record.identities.associations.map(\.mark) == [.none])
    }
}
