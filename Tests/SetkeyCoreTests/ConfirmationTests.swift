import ControlProtocol
import IPsec
import KernelBackends
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// A reload that waits for its confirmation, and the ways back.
struct ConfirmationTests {
    /// The other file: one SA more, one with another key, one gone; everything else claimed, so that foreign ones go.
    private static let second =
        "flush ; spdflush ;\n"
        + Texts.tunnel.replacing("0x1001 -m tunnel -u 7 -E aes-cbc 0x00", with: "0x1001 -m tunnel -u 7 -E aes-cbc 0xff")
        .replacing("0x1002", with: "0x1003") + Texts.policy(1)

    private func reload(_ machine: inout Machine, confirm seconds: Int?) {
        var parameters = ReloadParameters()
        parameters.confirmSeconds = seconds
        machine.replies = []
        machine.errors = []
        machine.post(.called(Machine.root, .reload(parameters)))
    }

    /// Started, with something foreign, and what there is then.
    private func machine() -> (Machine, before: KernelContents) {
        var machine = Machine.started(file: Texts.tunnel)
        machine.foreignRun(Texts.foreign + Texts.policy(9, "discard"))
        machine.settle()
        let before = machine.contents
        machine.file = Self.second
        return (machine, before)
    }

    @Test func withoutConfirmationTheFormerStateComesBack() throws {
        var (machine, before) = machine()
        reload(&machine, confirm: 60)
        guard case .reload(let reply) = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(reply.confirmSeconds == 60)
        #expect(machine.contents != before)
        // The client is gone.
        machine.post(.disconnected(Machine.root))
        machine.pass(quarters: 59 * 4)
        #expect(machine.contents != before)
        machine.pass(quarters: 8)
        #expect(machine.contents == before)
        #expect(machine.disk.restored.confirmation?.record.status == .reverted)
        #expect(machine.declared.associations.count == 2)
        #expect(machine.log.contains { $0.priority == .warning && $0.message.contains("not confirmed within 60 s") })
    }

    /// What is rolled back is the file in force then, not the one that was when somebody asked.
    @Test func aRollbackThatIsAskedForDuringAReloadIsOfThatFile() {
        var (machine, before) = machine()
        machine.post(.reloadRequested)
        machine.file = Texts.tunnel + Texts.policy(3)
        machine.isReadingSlow = true
        machine.post(.reloadRequested)
        machine.post(.called(Machine.root, .revert))
        machine.isReadingSlow = false
        machine.finishReading()
        let after = machine.contents
        #expect(after != before)
        machine.restart()
        #expect(machine.contents == after)
        #expect(machine.log.contains { $0.message.contains("was rolled back") })
    }

    @Test func aConfirmedReloadStaysAndLeavesNoKeysBehind() {
        var (machine, before) = machine()
        reload(&machine, confirm: 60)
        #expect(machine.disk.former?.isEmpty == false)
        let after = machine.contents
        machine.post(.called(Machine.root, .confirm))
        guard case .confirmed = machine.replies.last?.reply else {
            Issue.record("not confirmed: \(machine.errors)")
            return
        }
        #expect(machine.disk.former == nil && machine.disk.confirmation == nil)
        machine.pass(quarters: 300)
        #expect(machine.contents == after && after != before)
        // And it can still be rolled back by hand.
        machine.post(.called(Machine.root, .revert))
        #expect(machine.contents == before)
    }

    @Test func confirmingNothingIsAnErrorThatSaysSo() {
        var (machine, _) = machine()
        machine.post(.called(Machine.root, .confirm))
        machine.post(.called(Machine.root, .revert))
        let reasons = machine.errors.map { error -> String in
            if case .nothingPending(let reason) = error.error { reason } else { "" }
        }
        #expect(reasons.count == 2 && reasons.allSatisfy { !$0.isEmpty })
    }

    @Test(arguments: [Int?.none, 30]) func aRestartInBetweenChangesNothingOfThat(deadlinePassesMeanwhile: Int?) {
        var (machine, before) = machine()
        reload(&machine, confirm: 20)
        let after = machine.contents
        machine.pass(quarters: 20)
        machine.seconds += deadlinePassesMeanwhile ?? 0
        machine.restart()
        if deadlinePassesMeanwhile == nil {
            #expect(machine.contents == after)
            machine.pass(quarters: 40)
            #expect(machine.contents == after)
            machine.pass(quarters: 24)
        }
        #expect(machine.contents == before)
        #expect(machine.isReady == true)
        // The file on disk is still the one that nobody confirmed: it is not applied unasked.
        machine.restart()
        #expect(machine.contents == before)
        #expect(machine.writes.isEmpty)
        // Asked, it is.
        reload(&machine, confirm: nil)
        #expect(machine.contents == after)
        machine.restart()
        #expect(machine.contents == after)
    }

    @Test func aFileThatWasChangedAfterItWasRolledBackIsAppliedAtTheNextStart() {
        var (machine, before) = machine()
        reload(&machine, confirm: 20)
        machine.pass(quarters: 100)
        #expect(machine.contents == before)
        machine.file = Texts.tunnel + Texts.association(0x5000)
        machine.restart()
        #expect(machine.declared.associations.count == 3)
        #expect(machine.disk.former == nil)
    }

    @Test func aSecondReloadBeforeTheConfirmationGoesBackToTheSameState() {
        var (machine, before) = machine()
        reload(&machine, confirm: 20)
        machine.file = Texts.tunnel + Texts.association(0x5000)
        reload(&machine, confirm: nil)
        machine.pass(quarters: 84)
        #expect(machine.contents == before)
    }

    @Test func aReloadThatTheKernelRefusesNeedsNoConfirmation() {
        var (machine, before) = machine()
        machine.kernel.faults = FaultPlan([.init(.refuse(.noFunction), on: .spdAdd, occurrences: 1...1)])
        reload(&machine, confirm: 20)
        #expect(machine.contents == before)
        #expect(machine.disk.former == nil && machine.disk.confirmation == nil)
        let writes = machine.writes.count
        machine.pass(quarters: 100)
        #expect(machine.writes.count == writes)
    }

    @Test func aReloadThatCouldNotBeRolledBackAfterACrashIsNotBegun() {
        var (machine, before) = machine()
        machine.diskFailure = "the disk is full"
        reload(&machine, confirm: 20)
        #expect(machine.contents == before)
        #expect(machine.errors.count == 1)
        machine.pass(quarters: 100)
        #expect(machine.contents == before)
    }

    @Test func aReloadThatChangesNothingNeedsNoConfirmation() throws {
        var (machine, _) = machine()
        machine.file = Texts.tunnel + "# a remark\n"
        reload(&machine, confirm: 20)
        guard case .reload(let reply) = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(reply.confirmSeconds == nil && reply.writes == 0)
    }

    /// Whoever needs more time asks for it this way, without editing the file.
    @Test(arguments: [90, 10]) func theTimeStartsAnewWhereTheFileIsTheSame(seconds: Int) throws {
        var (machine, before) = machine()
        reload(&machine, confirm: 30)
        let after = machine.contents
        machine.pass(quarters: 20 * 4)
        reload(&machine, confirm: seconds)
        guard case .reload(let reply) = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(reply.confirmSeconds == seconds && reply.writes == 0)
        #expect(machine.disk.restored.confirmation?.record.seconds == seconds)
        machine.pass(quarters: (seconds - 1) * 4)
        #expect(machine.contents == after)
        machine.pass(quarters: 8)
        #expect(machine.contents == before)
    }

    @Test func aTimeOutOfRangeIsRefused() {
        var (machine, _) = machine()
        for seconds in [0, -1, 86_401, .max, .min] {
            reload(&machine, confirm: seconds)
            #expect(machine.errors.count == 1)
        }
        #expect(machine.writes.count == 4)
    }

    @Test(arguments: Machine.Door.allCases) func whatTheReloadHadMadeItsOwnIsForeignAgain(_ door: Machine.Door) {
        var machine = Machine.started(on: door, file: Texts.tunnel)
        machine.foreignRun(Texts.association(0x7000) + Texts.policy(3))
        machine.settle()
        let before = machine.contents
        machine.file = Texts.tunnel + Texts.association(0x7000) + Texts.policy(3, "discard") + Texts.association(0x7001)
        reload(&machine, confirm: nil)
        #expect(machine.declared.associations.count == 4)
        machine.post(.called(Machine.root, .revert))
        #expect(machine.contents == before)
        // Not the file's any more: a file without it leaves it alone.
        machine.file = ""
        reload(&machine, confirm: nil)
        #expect(machine.contents.associations.map(\.identity.spi) == [SPI(rawValue: 0x7000)])
        #expect(machine.contents.policies.count == 1)
    }

    @Test func whatAClientHasBeenToldHoldsAfterAKill() {
        var (machine, before) = machine()
        reload(&machine, confirm: 20)
        let after = machine.contents
        machine.isDiskSlow = true
        machine.replies = []
        machine.post(.called(Machine.root, .confirm))
        // Killed now, it is not confirmed: so nobody is told that it is.
        #expect(machine.replies.isEmpty)
        machine.finishWriting()
        #expect(machine.replies.count == 1)
        machine.restart()
        machine.pass(quarters: 100)
        #expect(machine.contents == after && after != before)
    }

    @Test func aFileThatWasRolledBackAndIsAskedForAgainIsAppliedAfterAKill() {
        var (machine, before) = machine()
        reload(&machine, confirm: 20)
        let after = machine.contents
        machine.pass(quarters: 84)
        #expect(machine.contents == before)
        machine.requestLimit = 2
        reload(&machine, confirm: nil)
        machine.requestLimit = nil
        machine.restart()
        #expect(machine.contents == after)
    }

    @Test func aFileThatWasRolledBackAndIsRefusedWhenAskedForAgainStaysRolledBack() {
        var (machine, before) = machine()
        reload(&machine, confirm: 20)
        machine.pass(quarters: 84)
        machine.kernel.faults = FaultPlan([.init(.refuse(.noFunction), on: .spdAdd, occurrences: 1...1)])
        reload(&machine, confirm: nil)
        #expect(machine.errors.count == 1)
        machine.restart()
        #expect(machine.contents == before && machine.writes.isEmpty)
    }

    @Test func aSecondReloadThatIsKilledIsTheOneThatIsRolledBack() {
        var (machine, before) = machine()
        reload(&machine, confirm: 20)
        machine.file = Texts.tunnel + Texts.association(0x5000)
        machine.requestLimit = 2
        reload(&machine, confirm: nil)
        machine.requestLimit = nil
        machine.seconds += 30
        machine.restart()
        #expect(machine.contents == before)
        machine.restart()
        #expect(machine.contents == before && machine.writes.isEmpty)
    }

    @Test func aKillAtAnyStepOfGoingBackEndsInTheFormerState() {
        for step in 0..<30 {
            var (machine, before) = machine()
            reload(&machine, confirm: 20)
            let after = machine.contents
            machine.requestLimit = step
            machine.pass(quarters: 84)
            let isKilled = machine.requestLimit == 0
            machine.requestLimit = nil
            machine.restart()
            machine.pass(quarters: 100)
            #expect(machine.contents == before, "step \(step)")
            if !isKilled {
                #expect(step > 3 && after != before)
                return
            }
        }
        Issue.record("going back takes more steps than it should")
    }
}
