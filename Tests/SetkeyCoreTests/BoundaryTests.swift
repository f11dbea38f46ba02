import ControlProtocol
import IPsec
import KernelBackends
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// What is declared for a time begins and ends by itself.
struct BoundaryTests: Scheduling {
    /// A roll: the next SA begins before the last one ends.
    private static let roll =
        association(1, until: 200) + association(2, from: 100, until: 400) + association(3, from: 300)
        + policy(1) + policy(2, from: 100)

    @Test func declarationsBeginAndEndAtTheirMoments() throws {
        var machine = Machine.started(file: Self.roll)
        #expect(spis(machine) == [1])
        for (moment, expected, policies) in [
            (99, [1], 1), (100, [1, 2], 2), (199, [1, 2], 2), (200, [2], 2), (300, [2, 3], 2), (400, [3], 2),
            (10_000, [3], 2),
        ] as [(Int, [UInt32], Int)] {
            machine.pass(to: Self.begin + moment)
            #expect(spis(machine) == expected, "\(moment)")
            #expect(policyCount(machine) == policies, "\(moment)")
            let status = try machine.askStatus()
            #expect(status.settled && status.drifted == 0)
            #expect(try isAsPlanned(&machine))
        }
        #expect(machine.writes.count == 2 + 2 + 1 + 1 + 1)
        #expect(machine.clockCall == ClockCall(at: nil))
        let told = machine.log.filter { $0.kind == .boundaryPassed && $0.priority == .notice }.map(\.message)
        #expect(
            told == [
                "1 SA and 1 policy begin, 2 kernel writes", "1 SA ends, 1 kernel write", "1 SA begins, 1 kernel write",
                "1 SA ends, 1 kernel write",
            ])
        #expect(machine.log.contains { $0.message == "test.conf:2: esp 10.0.0.3 spi 0x3ea begins" })
    }

    @Test func nobodyCallsBeforeSomethingChanges() {
        var machine = Machine.started(file: Self.roll)
        #expect(machine.clockCall == ClockCall(at: Self.begin + 100))
        machine.pass(to: Self.begin + 250)
        #expect(machine.clockCall == ClockCall(at: Self.begin + 300))
        machine.file = Self.association(1)
        reload(&machine)
        #expect(machine.clockCall == nil)
        // What all has begun and never ends hears of the clock all the same: it may be set back.
        machine.file = Self.association(1, from: -10)
        reload(&machine)
        #expect(machine.clockCall == ClockCall(at: nil))
    }

    /// Which has the shell asked to call for the next moment, and so may cancel the call for this one.
    @Test func whateverComesFirstAtAMomentBeginsIt() {
        var machine = Machine.started(file: Self.roll)
        machine.pass(seconds: 100)
        #expect(spis(machine) == [1, 2])
        #expect(machine.clockCall == ClockCall(at: Self.begin + 200))
    }

    @Test func oneNameMayHaveSeveralDeclarationsInTurn() throws {
        var machine = Machine.started(
            file: Self.association(1, until: 100, "-lh 1000") + Self.association(1, from: 100, "-lh 2000"))
        machine.pass(to: Self.begin + 100)
        #expect(machine.contents.associations.map(\.limits.hard.addTime) == [2000])
        #expect(machine.log.contains { $0.message == "1 SA begins, 1 SA ends, 1 kernel write" })
        #expect(!machine.log.contains { $0.message.contains("losing packets") })
        #expect(try machine.askStatus().settled)
    }

    /// Its lifetime is another one's than that which has ended.
    @Test func whatBeginsWhereTheSameHasExpiredIsAdded() throws {
        var machine = Machine.started(
            file: Self.association(1, until: 100, "-lh 10") + Self.association(1, from: 100, "-lh 10"))
        machine.pass(to: Self.begin + 50)
        #expect(machine.contents.associations.isEmpty)
        #expect(try machine.askStatus().expired == 1)
        machine.pass(to: Self.begin + 100)
        #expect(spis(machine) == [1])
        #expect(try isAsPlanned(&machine))
        machine.pass(to: Self.begin + 150)
        #expect(machine.contents.associations.isEmpty)
        let status = try machine.askStatus()
        #expect(status.settled && status.expired == 1)
    }

    @Test func anotherKeyUnderAnOldSPICostsPacketsAndIsSaid() throws {
        let add = "add 10.0.0.1 10.0.0.3 esp 1001 -E null -A hmac-md5"
        let moment = CalendarTime(Self.begin + 100)
        var machine = Machine.started(
            file: "\(add) 0x00112233445566778899aabbccddeeff -until \(moment) ;\n"
                + "\(add) 0xff112233445566778899aabbccddee00 -from \(moment) ;\n")
        machine.pass(to: Self.begin + 100)
        #expect(machine.log.contains { $0.priority == .warning && $0.message.contains("losing packets in between") })
        #expect(try isAsPlanned(&machine))
    }

    @Test func foreignEntriesAndDriftStayWhatTheyAre() throws {
        var machine = Machine.started(file: Self.roll, drift: .report)
        machine.foreignRun(Texts.foreign + "delete 10.0.0.1 10.0.0.3 esp 1001 ;")
        machine.pass(quarters: 4)
        #expect(try machine.askStatus().drifted == 1)
        machine.pass(to: Self.begin + 100)
        #expect(spis(machine) == [2, 0x999])
        #expect(try machine.askStatus().drifted == 1)
        // What has ended is missed no longer.
        machine.pass(to: Self.begin + 200)
        machine.pass(quarters: 4)
        #expect(try machine.askStatus().drifted == 0)
        #expect(spis(machine) == [2, 0x999])
    }

    @Test func aRepairPutsBackWhatHoldsNow() {
        var machine = Machine.started(file: Self.roll)
        machine.pass(to: Self.begin + 150)
        machine.foreignRun("flush ;")
        machine.pass(quarters: 4)
        #expect(spis(machine) == [1, 2])
    }

    @Test(arguments: [0, 50, 100, 150, 200, 350, 1000])
    func aDaemonThatWasAwayFindsTheStateOfTheMoment(_ moment: Int) throws {
        var machine = Machine.started(file: Self.roll)
        machine.foreignRun(Texts.foreign)
        machine.settle()
        machine.seconds += moment
        machine.restart()
        var other = Machine(file: Self.roll)
        other.seconds = machine.seconds
        other.start()
        #expect(spis(machine) == spis(other) + [0x999])
        #expect(try isAsPlanned(&machine))
        machine.pass(to: Self.begin + 2000)
        #expect(spis(machine) == [3, 0x999])
    }

    @Test func aDaemonThatIsKilledAtABoundaryGoesOnWithIt() throws {
        for limit in 0..<4 {
            var machine = Machine.started(file: Self.roll)
            machine.foreignRun(Texts.foreign)
            machine.settle()
            machine.requestLimit = limit
            machine.pass(to: Self.begin + 200)
            machine.requestLimit = nil
            machine.restart()
            #expect(spis(machine) == [2, 0x999])
            #expect(policyCount(machine) == 2)
            #expect(try isAsPlanned(&machine))
        }
    }

    // MARK: While something else is under way

    @Test func aBoundaryDuringAReloadComesBehindIt() throws {
        var machine = Machine.started(file: Self.roll)
        machine.isReadingSlow = true
        machine.file = Self.roll + Self.association(9)
        reload(&machine)
        machine.pass(to: Self.begin + 100)
        #expect(spis(machine) == [1])
        machine.finishReading()
        #expect(spis(machine) == [1, 2, 9])
        machine.isReadingSlow = false
        #expect(try isAsPlanned(&machine))
    }

    @Test func goingBackLeadsToTheFormerFileAsItIsThen() throws {
        var machine = Machine.started(file: Self.roll)
        machine.file = Self.association(7) + Self.association(8, from: 150)
        reload(&machine, confirm: 180)
        #expect(spis(machine) == [7])
        machine.pass(to: Self.begin + 150)
        #expect(spis(machine) == [7, 8])
        machine.pass(to: Self.begin + 181)
        #expect(spis(machine) == [1, 2])
        machine.pass(to: Self.begin + 250)
        #expect(spis(machine) == [2])
    }

    @Test func theFormerFileOutlivesAKillWithItsTimes() throws {
        var machine = Machine.started(file: Self.roll)
        machine.file = Self.association(7)
        reload(&machine, confirm: 1000)
        machine.seconds += 150
        machine.restart()
        #expect(spis(machine) == [7])
        machine.post(.called(Machine.root, .revert))
        #expect(spis(machine) == [1, 2])
        machine.pass(to: Self.begin + 250)
        #expect(spis(machine) == [2])
    }

    @Test func nothingBeginsWhileItIsOff() {
        var machine = Machine.started(file: Self.roll)
        machine.post(.called(Machine.root, .turnOff(ReloadParameters())))
        machine.pass(to: Self.begin + 150)
        #expect(spis(machine).isEmpty)
        machine.post(.called(Machine.root, .turnOn(ReloadParameters())))
        #expect(spis(machine) == [1, 2])
    }

    @Test func whatTheKernelRefusesAtABoundaryIsUndoneAndTriedAtTheNext() throws {
        var machine = Machine.started(
            file: Self.roll, faults: FaultPlan([.init(.refuse(.outOfMemory), on: .spdAdd, occurrences: 2...2)]))
        machine.pass(to: Self.begin + 100)
        #expect(spis(machine) == [1])
        #expect(policyCount(machine) == 1)
        #expect(machine.log.contains { $0.kind == .undone && $0.message.contains("1970-01-12T13:48:20Z") })
        let status = try machine.askStatus()
        #expect(!status.settled && status.state.contains("setkey --reload tries again"))
        machine.pass(to: Self.begin + 199)
        #expect(spis(machine) == [1])
        machine.pass(to: Self.begin + 200)
        #expect(spis(machine) == [2])
        #expect(policyCount(machine) == 2)
        #expect(try machine.askStatus().settled)
    }

    // MARK: Files and runs

    @Test func aRunHasNoTimes() throws {
        var machine = Machine.started(file: "")
        machine.post(.called(Machine.root, .execute(ExecuteParameters(text: WireText(Self.association(1, from: 100))))))
        guard case .invalidText(let diagnostics)? = machine.errors.last?.error else { throw Machine.NoReply() }
        #expect(diagnostics.first?.message.hasPrefix("a run does what it says at once") == true)
        #expect(machine.contents.associations.isEmpty)
    }

    @Test func aPlanOfATextIsThatOfTheMoment() throws {
        var machine = Machine.started(file: "")
        var parameters = PlanParameters()
        parameters.text = WireText(Self.roll)
        machine.post(.called(Machine.root, .plan(parameters)))
        guard case .plan(let reply)? = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(reply.steps.count == 2)
    }
}
