import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// A kernel that drops what it does not know without a word: the statement fails, and says what was dropped.
struct CurtailedAssociationTests {
    private struct NotAnSA: Error {}

    private func association(_ clauses: String) throws -> SecurityAssociation {
        let text = "add 192.0.2.1 192.0.2.2 esp 0x1001 \(clauses) -E null -A hmac-md5 \"0123456789abcdef\" ;"
        let source = SourceText(name: "t", bytes: Array(text.utf8))
        var parser = Parser(source, options: ParserOptions(traits: .xfrm))
        guard case .add(let association)? = parser.next()?.kind else { throw NotAnSA() }
        return association
    }

    @Test(arguments: [
        ("-dir in", "", ["-dir"]), ("-esn -r 64", "-r 64", ["-esn"]), ("-f icmp,noecn", "-f noecn", ["-f icmp"]),
        ("-m tunnel -tfc 900", "-m tunnel", ["-tfc"]), ("-coa 192.0.2.9", "", ["-coa"]), ("-icv 80", "", ["-icv"]),
        ("-sel 192.0.2.1 192.0.2.2 tcp", "", ["-sel"]), ("-ctx 1 1 \"x\" -dir out", "", ["-ctx", "-dir"]),
        ("-hwif eth0 out", "", ["-hwif"]), ("-hwif eth0 packet in", "-hwif eth0 in", ["-hwif"]),
        // The kernel may add what a sysctl says, and what nobody asked for.
        ("", "-f nopmtudisc", []), ("-f icmp", "-f icmp", []),
    ])
    func whatIsMissingHasAName(_ asked: String, _ stored: String, _ missing: [String]) throws {
        #expect(try association(asked).extensions(missingIn: association(stored)) == missing)
    }

    /// The kernel would take it, and do the work itself (xfrm-facts B4).
    @Test func anAssociationForADeviceThatIsNotThereIsNotAskedFor() throws {
        var mirror = Mirror()
        let asked = try association("-hwif eth0 out")
        #expect(mirror.objection(to: .add(asked)) == .noDevice && mirror.objection(to: .update(asked)) == .noDevice)
        var devices = Devices()
        devices.insert("eth0", 2)
        mirror.policies.devices = devices
        #expect(mirror.objection(to: .add(asked)) == nil)
        #expect(try Mirror().objection(to: .add(association(""))) == nil)
    }

    /// The run of one client's `add`, as far as its answer.
    private func run(_ temper: RequestRun.Temper) throws -> (run: RequestRun, asked: SecurityAssociation) {
        let (asked, stored) = (try association("-dir in"), try association(""))
        var run = RequestRun(temper: temper)
        run.begin(0, .add(asked))
        guard let item = run.next(at: 0) else { throw NotAnSA() }
        let answer = KernelEvent.Content.association(.added, stored)
        guard case .curtailed(let told, ["-dir"]) = Outcome.done(item.request, answer) else { throw NotAnSA() }
        run.curtailed(item, answer: told)
        run.failed(item)
        return (run, asked)
    }

    @Test(arguments: [RequestRun.Temper.goingOn, .undoing])
    func theAssociationIsDeletedAgain(_ temper: RequestRun.Temper) throws {
        var (run, asked) = try run(temper)
        guard let item = run.next(at: 0), case .delete(let reference) = item.request else {
            Issue.record("nothing is deleted")
            return
        }
        #expect(reference.identity == asked.identity)
        run.succeeded(item, answer: .association(.deleted, asked), former: .none)
        let rest = run.next(at: 0)
        #expect(rest == nil && run.isIdle)
        #expect(run.isUndoing == (temper == .undoing))
    }
}
