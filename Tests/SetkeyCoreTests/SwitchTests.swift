import ControlProtocol
import IPsec
import KernelBackends
import TestSupport
import Testing

@testable import SetkeyCore

/// Off and on.
struct SwitchTests: Switching {
    @Test func whatTheFileOwnsGoesAndForeignEntriesStay() throws {
        var (machine, full, bare) = machine()
        #expect(full != bare)
        turn(.off, &machine)
        guard case .reload(let reply)? = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(reply.writes == 4 && reply.associations == 0 && reply.policies == 0)
        #expect(machine.contents == bare)
        let status = try status(&machine)
        #expect(status.off == machine.seconds && !status.settled && status.drifted == 0)
        #expect(status.state.hasPrefix("off: nothing of") && status.state.hasSuffix("until setkey --on"))
        #expect(machine.log.contains { $0.kind == .turnedOff })
        turn(.on, &machine)
        #expect(machine.contents == full)
        #expect(try self.status(&machine).off == nil)
        #expect(try self.status(&machine).settled)
        #expect(machine.disk.off == nil)
    }

    @Test(arguments: [false, true]) func itStaysOffOverRestartsAndReboots(reboots: Bool) throws {
        var (machine, full, bare) = machine()
        turn(.off, &machine)
        let moment = machine.seconds
        machine.seconds += 1000
        if reboots { machine.reboot() }
        machine.restart(life: reboots ? "next" : nil)
        #expect(machine.isReady == true)
        #expect(machine.writes.isEmpty)
        if !reboots { #expect(machine.contents == bare) }
        #expect(try status(&machine).off == moment)
        machine.restart()
        #expect(try status(&machine).off == moment)
        turn(.on, &machine)
        #expect(machine.declared.associations.count == 2)
        if !reboots { #expect(machine.contents == full) }
        machine.restart()
        #expect(try status(&machine).off == nil)
        #expect(machine.declared.associations.count == 2)
    }

    @Test func offIsNotAppliedByReloadsNorHangups() throws {
        var (machine, _, bare) = machine()
        turn(.off, &machine)
        machine.errors = []
        machine.post(.called(Machine.root, .reload(ReloadParameters())))
        guard case .reloadFailed(let messages)? = machine.errors.last?.error else { throw Machine.NoReply() }
        #expect(messages.count == 1 && messages[0].contains("setkey --on"))
        machine.post(.reloadRequested)
        #expect(machine.contents == bare)
        #expect(try status(&machine).state.hasPrefix("off:"))
    }

    @Test func offTwiceAndOnTwiceDoNothingMore() throws {
        var (machine, full, bare) = machine()
        turn(.off, &machine)
        let moment = try #require(try status(&machine).off)
        machine.seconds += 10
        turn(.off, &machine)
        guard case .reload(let reply)? = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(reply.writes == 0 && machine.contents == bare)
        #expect(try status(&machine).off == moment)
        turn(.on, &machine)
        // Whoever turns on again does not ask for what the file has become.
        machine.file = ""
        turn(.on, &machine)
        guard case .reload(let again)? = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(again.writes == 0 && again.associations == 2 && machine.contents == full)
    }

    @Test func aFileWithErrorsLeavesItOff() throws {
        var (machine, _, bare) = machine()
        turn(.off, &machine)
        machine.file = "add wrong ;"
        turn(.on, &machine)
        guard case .reloadFailed? = machine.errors.last?.error else { throw Machine.NoReply() }
        #expect(machine.contents == bare)
        #expect(try status(&machine).off != nil)
        machine.restart()
        #expect(try status(&machine).off != nil)
        #expect(machine.isReady == true)
    }

    @Test func whatTheKernelRefusesIsNotTurnedOff() throws {
        var (machine, full, _) = machine(
            faults: FaultPlan([.init(.refuse(.noFunction), on: .delete, occurrences: 1...1)]))
        turn(.off, &machine)
        #expect(machine.errors.count == 1)
        #expect(machine.contents == full)
        #expect(machine.disk.off == nil)
        #expect(try status(&machine).off == nil)
        machine.restart()
        #expect(machine.contents == full)
    }

    @Test func whatCannotBeWrittenDownIsNotTurnedOff() throws {
        var (machine, full, _) = machine()
        machine.diskFailure = "the disk is full"
        turn(.off, &machine)
        guard case .reloadFailed(let messages)? = machine.errors.last?.error else { throw Machine.NoReply() }
        #expect(messages[0].contains("the disk is full"))
        #expect(machine.contents == full)
        machine.diskFailure = nil
        machine.restart()
        #expect(machine.contents == full)
    }

    @Test func aDaemonThatWasKilledWhileTurningOffGoesOnWithThat() throws {
        var (machine, _, bare) = machine()
        #expect(machine.disk.write(.turnOff(OffMark(since: machine.seconds))) == nil)
        machine.restart()
        #expect(machine.contents == bare)
        #expect(try status(&machine).off == machine.seconds)
    }

    @Test(arguments: [false, true]) func withoutConfirmationItIsOnAgain(restarts: Bool) throws {
        var (machine, full, bare) = machine()
        turn(.off, &machine, confirm: 20)
        #expect(machine.contents == bare)
        if restarts {
            machine.restart()
            #expect(machine.contents == bare)
        }
        machine.pass(quarters: 100)
        #expect(machine.contents == full)
        #expect(machine.disk.off == nil)
        let status = try status(&machine)
        #expect(status.off == nil && status.settled)
        // And the file is no worse for it.
        machine.restart()
        #expect(machine.contents == full && machine.writes.isEmpty)
        #expect(machine.declared.associations.count == 2)
    }

    @Test func aConfirmedOffStaysOffAndCanBeRolledBack() throws {
        var (machine, full, bare) = machine()
        turn(.off, &machine, confirm: 20)
        machine.post(.called(Machine.root, .confirm))
        machine.pass(quarters: 100)
        #expect(machine.contents == bare)
        machine.post(.called(Machine.root, .revert))
        #expect(machine.contents == full)
        #expect(machine.disk.off == nil)
        #expect(try status(&machine).settled)
    }

    /// The end of its time would bring back what somebody has turned off meanwhile.
    @Test func offEndsTheTimeOfAnUnconfirmedReload() throws {
        var (machine, _, bare) = machine()
        machine.file = Texts.tunnel + Texts.association(0x5000)
        var parameters = ReloadParameters()
        parameters.confirmSeconds = 20
        machine.post(.called(Machine.root, .reload(parameters)))
        turn(.off, &machine)
        machine.pass(quarters: 100)
        #expect(machine.contents == bare)
        #expect(machine.disk.confirmation == nil)
        machine.restart()
        #expect(machine.contents == bare)
    }

    /// The service manager was told of a reload, and is told of its end.
    @Test func onWhereNothingIsOffIsNoReloadWithoutAnEnd() throws {
        var (machine, full, _) = machine()
        machine.status = ""
        turn(.on, &machine)
        #expect(machine.status.hasPrefix("settled: ") && machine.contents == full)
    }

    @Test func offAndOnAtOnceComeInTheirOrder() throws {
        var (machine, full, _) = machine()
        let second = ClientID(rawValue: 77)
        machine.post(.connected(second, Peer(uid: 0, gid: 0, pid: 502, access: .everything)))
        machine.isDiskSlow = true
        turn(.off, &machine)
        machine.post(.called(second, .turnOn(ReloadParameters())))
        #expect(machine.replies.isEmpty && machine.contents == full)
        machine.finishWriting()
        #expect(machine.replies.count == 2 && machine.errors.isEmpty)
        #expect(machine.contents == full)
    }

    @Test func whatCannotBeReadSaysOff() throws {
        for text in ["on 12\n", "", "off x\n", "off", "off 9223372036854775807\n", "off -1 unconfirmed\n"] {
            var disk = Disk(life: "life")
            disk.off = Array(text.utf8)
            #expect(disk.restored.off?.since == 0, "\(text)")
        }
        for mark in [OffMark(since: 7), OffMark(since: 1_800_000_000, isConfirmed: false)] {
            #expect(OffMark(parsing: String(decoding: mark.text, as: UTF8.self)) == mark)
        }
    }

    @Test func onlyThePrivilegedTurnIt() throws {
        var (machine, full, _) = machine()
        turn(.off, &machine, by: Machine.nobody)
        guard case .permissionDenied? = machine.errors.last?.error else { throw Machine.NoReply() }
        #expect(machine.contents == full)
    }
}
