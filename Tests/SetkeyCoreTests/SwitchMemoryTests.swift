import ControlProtocol
import IPsec
import KernelBackends
import TestSupport
import Testing

@testable import SetkeyCore

/// Off and on beside what else is remembered, and what must be confirmed.
struct SwitchMemoryTests: Switching {
    @Test(arguments: [false, true]) func whatHasExpiredStaysAway(restarts: Bool) throws {
        var machine = Machine.started(file: Texts.tunnel + Texts.association(0x6000, "-lh 2"))
        machine.pass(quarters: 40)
        #expect(try status(&machine).expired == 1)
        turn(.off, &machine)
        machine.pass(quarters: 4)
        #expect(try status(&machine).expired == 0)
        if restarts { machine.restart() }
        turn(.on, &machine)
        machine.pass(quarters: 4)
        #expect(try status(&machine).expired == 1)
        #expect(!machine.contents.associations.contains { $0.identity.spi.rawValue == 0x6000 })
    }

    /// While it is turned, the time of an older reload, or turn, ends.
    @Test(arguments: [MainSwitch.Turn.off, .on]) func aTimeThatEndsMeanwhileChangesNothing(_ which: MainSwitch.Turn)
        throws
    {
        var (machine, full, bare) = machine()
        if which == .off {
            machine.file = Texts.tunnel + Texts.association(0x5000)
            reload(&machine, confirm: 4)
        } else {
            turn(.off, &machine, confirm: 4)
        }
        machine.isDiskSlow = true
        turn(which, &machine)
        machine.pass(quarters: 40)
        machine.finishWriting()
        machine.pass(quarters: 40)
        #expect(machine.contents == (which == .off ? bare : full))
        #expect((try status(&machine).off == nil) == (which == .on))
        machine.restart()
        machine.pass(quarters: 40)
        #expect(machine.contents == (which == .off ? bare : full))
    }

    @Test func aKillAfterTheFirstWordOfItDoesNotBringAnOldReloadBack() throws {
        var (machine, _, bare) = machine()
        machine.file = Texts.tunnel + Texts.association(0x5000)
        reload(&machine, confirm: 20)
        #expect(machine.disk.write(.turnOff(OffMark(since: machine.seconds))) == nil)
        machine.restart()
        #expect(machine.contents == bare)
        machine.pass(quarters: 200)
        #expect(machine.contents == bare)
        #expect(machine.disk.confirmation == nil && machine.disk.former == nil)
    }

    @Test func aBootEndsWhatNobodyHasConfirmed() throws {
        var (machine, _, _) = machine()
        turn(.off, &machine, confirm: 600)
        machine.reboot()
        machine.disk = Disk(life: "next", keeping: machine.disk)
        machine.restart(life: "next")
        #expect(try status(&machine).off == nil)
        #expect(machine.declared.associations.count == 2)
        #expect(machine.disk.off == nil)
    }

    @Test(arguments: [false, true]) func onThatNobodyConfirmsIsOffAgain(restarts: Bool) throws {
        var (machine, full, bare) = machine()
        turn(.off, &machine)
        let moment = try #require(try status(&machine).off)
        turn(.on, &machine, confirm: 20)
        #expect(machine.contents == full)
        if restarts { machine.restart() }
        machine.pass(quarters: 100)
        #expect(machine.contents == bare)
        #expect(try status(&machine).off == moment)
        #expect(try status(&machine).state.hasPrefix("off: "))
        machine.restart()
        #expect(machine.contents == bare)
        turn(.on, &machine, confirm: 20)
        machine.post(.called(Machine.root, .confirm))
        #expect(machine.disk.off == nil)
        machine.pass(quarters: 100)
        #expect(machine.contents == full)
        machine.post(.called(Machine.root, .revert))
        #expect(machine.contents == bare)
        #expect(try status(&machine).off == moment)
    }

    @Test func aFileThatWasRolledBackBeforeIsNotAppliedAfterwards() throws {
        var (machine, full, _) = machine()
        machine.file = Texts.tunnel + Texts.association(0x5000)
        reload(&machine, confirm: 4)
        machine.pass(quarters: 40)
        #expect(machine.contents == full)
        turn(.off, &machine, confirm: 4)
        machine.pass(quarters: 40)
        #expect(machine.contents == full)
        #expect(try !status(&machine).settled)
        machine.restart()
        #expect(machine.contents == full)
        machine.post(.reloadRequested)
        #expect(machine.contents == full)
    }

    @Test func aReloadThatChangesNothingIsNoneToGoBackFrom() throws {
        var (machine, full, bare) = machine()
        turn(.off, &machine)
        turn(.on, &machine)
        reload(&machine, confirm: nil)
        #expect(machine.contents == full)
        machine.post(.called(Machine.root, .revert))
        #expect(machine.contents == bare)
        #expect(try status(&machine).off != nil)
        machine.restart()
        #expect(machine.contents == bare)
    }

    /// What somebody confirms meanwhile is the turn before, which is over.
    @Test func aConfirmationWhileItIsTurnedDoesNotTurnItBackOnTheDisk() throws {
        var (machine, _, bare) = machine()
        turn(.off, &machine)
        turn(.on, &machine, confirm: 60)
        machine.isDiskSlow = true
        turn(.off, &machine)
        machine.post(.called(Machine.root, .confirm))
        machine.finishWriting()
        #expect(machine.contents == bare)
        machine.restart()
        #expect(machine.contents == bare)
        #expect(try status(&machine).off != nil)
    }

    @Test func whatCannotBeWrittenDownIsNotTurnedOn() throws {
        var (machine, _, bare) = machine()
        turn(.off, &machine)
        machine.diskFailure = "the disk is full"
        turn(.on, &machine)
        #expect(machine.errors.count == 1)
        #expect(machine.contents == bare)
        #expect(try status(&machine).state.hasPrefix("off: "))
    }

    @Test func whatIsNotTurnedOffIsSettledAsBefore() throws {
        var (machine, _, _) = machine()
        machine.diskFailure = "the disk is full"
        turn(.off, &machine)
        #expect(try status(&machine).settled)
    }

    @Test func nothingThatDiffersMustBeConfirmedAllTheSame() throws {
        var machine = Machine.started(file: "")
        turn(.off, &machine, confirm: 20)
        guard case .reload(let reply)? = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(reply.confirmSeconds == 20)
        machine.pass(quarters: 100)
        #expect(try status(&machine).off == nil)
        // What is off has nothing to be confirmed.
        turn(.off, &machine)
        turn(.off, &machine, confirm: 20)
        guard case .reload(let again)? = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(again.confirmSeconds == nil)
        machine.pass(quarters: 100)
        machine.restart()
        #expect(try status(&machine).off != nil)
    }

    @Test func aFileThatFailsLeavesTheStateOff() throws {
        var (machine, _, _) = machine()
        turn(.off, &machine)
        machine.file = "add wrong ;"
        turn(.on, &machine)
        #expect(try status(&machine).state.hasPrefix("off: "))
    }
}
