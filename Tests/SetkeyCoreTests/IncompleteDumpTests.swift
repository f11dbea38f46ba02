import ControlProtocol
import IPsec
import KernelBackends
import TestSupport
import Testing

@testable import SetkeyCore

/// A kernel that cannot tell all that it has: what the file declares is applied all the same, and nothing else is
/// touched.
struct IncompleteDumpTests {
    /// A policy that PF_KEY cannot express, as `ip xfrm policy add ... tmpl proto hao mode ro` makes it: each dump of the
    /// SPD breaks off at it.
    private static let unspeakable = PolicyIdentity(
        direction: .outbound,
        selector: Selector(
            source: AddressPrefix(address: .unspecified(.ipv6), length: 0),
            destination: AddressPrefix(address: .unspecified(.ipv6), length: 0)))

    private func machine(file: String, foreign: String = "") -> Machine {
        var machine = Machine(file: file)
        machine.foreignRun(foreign)
        // Nobody was there to hear of it.
        machine.loseMessages()
        hide(in: &machine)
        return machine
    }

    private func hide(in machine: inout Machine) {
        machine.kernel.insertInexpressiblePolicy(Self.unspeakable, at: .init(seconds: UInt64(machine.seconds)))
    }

    @Test func theStartAppliesTheFile() throws {
        var machine = machine(file: Texts.tunnel)
        machine.start()
        #expect(machine.isReady == true)
        #expect(machine.writes.count == 4)
        #expect(machine.truth().associations.count == 2)
        #expect(machine.mirrored.policies.count == 2)
        #expect(machine.log.contains { $0.priority == .error && $0.message.contains("cannot list its SPD completely") })
        let status = try machine.askStatus()
        #expect(status.settled && status.state.contains("SPD") && status.incomplete == ["SPD"])
        #expect(machine.status.contains("SPD not fully readable"))
    }

    @Test func aDumpShowsWhatIsKnownAndSaysThatItIsNotAll() throws {
        var machine = machine(file: Texts.policy(1) + Texts.policy(2))
        machine.start()
        machine.post(.called(Machine.root, .render(RenderParameters(database: .policies))))
        guard case .render(let text) = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(
            String(decoding: text.text.bytes, as: UTF8.self).split(separator: "\n").count { !$0.hasPrefix("\t") } == 2)
        #expect(text.incomplete?.contains("SPD completely (EINVAL)") == true)
        machine.post(.called(Machine.root, .listPolicies(ListPoliciesParameters())))
        guard case .policies(let records) = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(records.policies.count == 2 && records.incomplete == text.incomplete)
        machine.post(.called(Machine.root, .render(RenderParameters(database: .associations))))
        guard case .render(let other) = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(other.incomplete == nil)
    }

    @Test func aRunPrintsWhatIsKnownAndFails() throws {
        var machine = machine(file: Texts.policy(1) + Texts.policy(2))
        machine.start()
        let reply = try machine.run("spddump;")
        #expect(reply.output?.bytes.isEmpty == false)
        #expect(reply.failures?.map(\.operation) == ["spddump"])
        #expect(reply.failures?.first?.reason.contains("SPD completely (EINVAL)") == true)
    }

    @Test func aPolicyThatNoDumpShowsIsReplacedInPlace() {
        // It is older than the one that cannot be told: the dump does not come to it.
        var machine = machine(file: Texts.policy(1, "discard"), foreign: Texts.policy(1) + Texts.policy(2))
        machine.start()
        #expect(machine.isReady == true)
        #expect(machine.writes.map(\.phrase).map { $0.prefix(9) } == ["spdadd ou", "spdupdate"])
        #expect(machine.mirrored.policies.map(\.action) == [.discard])
    }

    @Test func whatIsNotShownIsNotTakenForGone() {
        var machine = Machine.started(file: Texts.policy(1) + Texts.policy(2))
        hide(in: &machine)
        machine.file = Texts.policy(2)
        machine.restart()
        #expect(machine.isReady == true)
        #expect(machine.writes.allSatisfy { !$0.isDeletion })
        #expect(machine.disk.restored.ownership.identities.policies.count == 2)
        // Once all of it is told, the next start removes what is no longer declared.
        machine.kernel = Machine.started(file: Texts.policy(1) + Texts.policy(2)).kernel
        machine.restart()
        #expect(machine.contents.policies.count == 1)
        #expect(machine.disk.restored.ownership.identities.policies.count == 1)
    }

    @Test func aReloadRemovesWhatTheDaemonItselfHasAdded() {
        var machine = machine(file: Texts.policy(1) + Texts.policy(2))
        machine.start()
        machine.file = Texts.policy(2)
        machine.writes = []
        machine.post(.reloadRequested)
        #expect(machine.writes.map { $0.phrase.prefix(9) } == ["spddelete"])
    }

    @Test func oneFailureIsSaidOnceAndTheEndOfItToo() throws {
        var machine = Machine.started(file: Texts.policy(1))
        machine.kernel.faults = FaultPlan([.init(.refuse(.invalidArgument), on: .spdDump, occurrences: 1...4)])
        machine.post(.overrun)
        machine.foreignRun(Texts.policy(2))
        machine.pass(seconds: 40)
        #expect(try machine.askStatus().incomplete == ["SPD"])
        machine.pass(seconds: 10)
        machine.pass(seconds: 10)
        machine.pass(seconds: 10)
        #expect(machine.log.count { $0.message.contains("cannot list its SPD") } == 1)
        #expect(machine.log.count { $0.message.contains("lists its SPD completely again") } == 1)
        #expect(!machine.log.contains { $0.message.contains("fault of setkeyd") })
        let status = try machine.askStatus()
        #expect(status.incomplete.isEmpty && status.state == "settled" && machine.mirrored.policies.count == 2)
    }

    @Test func anSAThatNoDumpShowsIsReadByNameAndMadeAsDeclared() {
        let foreign =
            Texts.association(0x5000) + Texts.association(0x5001, "-u 3") + Texts.association(0x5002, "-lh 50")
        let file = Texts.association(0x5000) + Texts.association(0x5001) + Texts.association(0x5002)
        var machine = Machine(
            file: file, faults: FaultPlan([.init(.refuse(.invalidArgument), on: .dump, occurrences: 1...1)]))
        machine.foreignRun(foreign)
        machine.loseMessages()
        machine.start()
        #expect(machine.isReady == true, "\(machine.log)")
        let associations = machine.truth().associations
        #expect(associations.count == 3)
        #expect(associations.allSatisfy { $0.reqID == .none && $0.limits.hard == .zero })
    }

    @Test func aStartThatIsRefusedPutsSuchAnSABack() {
        let faults = FaultPlan([
            .init(.refuse(.invalidArgument), on: .dump, occurrences: 1...1), .init(.refuse(.noFunction), on: .spdAdd),
        ])
        var machine = Machine(file: Texts.association(0x5001) + Texts.policy(1))
        machine.foreignRun(Texts.association(0x5001, "-u 3"))
        machine.loseMessages()
        let before = machine.contents
        machine.kernel.faults = faults
        machine.start()
        #expect(machine.isReady == false)
        machine.kernel.faults = .none
        #expect(machine.contents == before)
    }

    @Test func whatTookThePlaceOfAnUnknownPolicyIsSaidToStay() {
        var machine = machine(
            file: Texts.policy(1, "discard") + Texts.policy(2), foreign: Texts.policy(1))
        machine.kernel.faults = FaultPlan([.init(.refuse(.noFunction), on: .spdAdd, occurrences: 2...2)])
        machine.start()
        #expect(machine.isReady == false)
        #expect(machine.status.contains("except for 1 change that could not be rolled back"), "\(machine.status)")
        #expect(machine.mirrored.policies.map(\.action) == [.discard])
        #expect(machine.disk.restored.ownership.identities.policies.count == 1)
    }
}
