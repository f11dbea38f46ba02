import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// Clocks that are set, and clocks that cannot be true.
struct ClockTests: Scheduling {
    private static let file = association(1, until: 200) + association(2, from: 100) + policy(1)

    @Test func aClockThatIsSetLeadsToTheStateOfItsMoment() throws {
        var machine = Machine.started(file: Self.file)
        machine.setClock(wrongBy: 150)
        #expect(spis(machine) == [1, 2])
        machine.setClock(wrongBy: 500)
        #expect(spis(machine) == [2])
        machine.setClock(wrongBy: 0)
        #expect(spis(machine) == [1])
        machine.pass(to: Self.begin + 100)
        #expect(spis(machine) == [1, 2])
    }

    @Test func aStartByAClockOlderThanTheFileTakesOnlyWhatAlwaysHolds() throws {
        var machine = Machine(file: Self.file)
        machine.fileWrittenAt = Self.begin
        machine.clockError = -900_000
        machine.start()
        #expect(machine.isReady == true)
        #expect(spis(machine).isEmpty && policyCount(machine) == 1)
        let status = try machine.askStatus()
        #expect(!status.settled && status.state.contains("the clock says 1970-01-02T03:46:40Z"))
        #expect(machine.log.contains { $0.kind == .clockDoubted && $0.priority == .error })
        #expect(machine.clockCall == ClockCall(at: Self.begin))
        machine.setClock(wrongBy: 120)
        #expect(spis(machine) == [1, 2])
        #expect(try machine.askStatus().settled)
    }

    @Test func aClockThatIsSetBackBehindTheFileChangesNothing() throws {
        var machine = Machine(file: Self.file)
        machine.fileWrittenAt = Self.begin - 10
        machine.start()
        machine.pass(to: Self.begin + 150)
        #expect(spis(machine) == [1, 2])
        let writes = machine.writes.count
        machine.setClock(wrongBy: -900_000)
        #expect(machine.writes.count == writes)
        machine.restart()
        #expect(machine.isReady == true && machine.writes.isEmpty)
        #expect(spis(machine) == [1, 2])
        machine.setClock(wrongBy: 100)
        #expect(spis(machine) == [2])
    }

    @Test func aReloadThatIsRefusedHasNoConsequences() throws {
        var machine = Machine(file: Self.file)
        machine.fileWrittenAt = Self.begin - 10
        machine.start()
        // A file from a machine whose clock is ahead.
        machine.file = Self.association(5, from: 0)
        machine.fileWrittenAt = Self.begin + 50
        reload(&machine, confirm: 60)
        guard case .reloadFailed(let messages)? = machine.errors.last?.error else { throw Machine.NoReply() }
        #expect(messages.first?.contains("set the clock, or start setkeyd with --trust-clock") == true)
        // So does its plan; that of a moment is one of that moment.
        machine.errors = []
        machine.post(.called(Machine.root, .plan(PlanParameters())))
        #expect(machine.errors.count == 1)
        // What is in force goes on by its own times, and the other file is not applied when the clock has come so far.
        machine.file = ""
        machine.pass(to: Self.begin + 150)
        #expect(spis(machine) == [1, 2])
        machine.post(.called(Machine.root, .confirm))
        #expect(machine.errors.count == 2)
        #expect(machine.readings == 3)
    }

    @Test func theStatusSaysThatTheClockIsNotBelieved() throws {
        var machine = Machine(file: Self.association(1) + Self.association(2, from: -500))
        machine.fileWrittenAt = Self.begin - 10
        machine.start()
        machine.setClock(wrongBy: -900_000)
        #expect(spis(machine) == [1, 2])
        let status = try machine.askStatus()
        #expect(!status.settled && status.state.contains("the clock says"))
        #expect(machine.status.contains("the clock says"))
        machine.setClock(wrongBy: 0)
        #expect(try machine.askStatus().settled)
        #expect(machine.readings == 1)
    }

    // MARK: The schedule

    private func schedule(_ machine: inout Machine) throws -> ScheduleReply {
        machine.replies = []
        machine.post(.called(Machine.nobody, .schedule))
        guard case .schedule(let reply)? = machine.replies.last?.reply else { throw Machine.NoReply() }
        return reply
    }

    /// Whether something is left from before, or not.
    @Test(arguments: [false, true]) func theScheduleIsThatOfTheFileWhichAwaitsTheClock(isLeft: Bool) throws {
        var machine = Machine(file: isLeft ? Self.file : "")
        machine.fileWrittenAt = Self.begin - 10
        machine.start()
        machine.file = Self.file + Self.association(3, from: -20, until: 300)
        machine.fileWrittenAt = Self.begin + 120
        machine.clockError = -900_000
        machine.restart()
        let told = try schedule(&machine)
        #expect(told.clockDoubt?.hasPrefix("the clock says 1970-01-02T03:46:40Z, and the file was written at") == true)
        // What was before the file was written has been, whatever time it is.
        #expect(told.changes.map(\.time) == [Self.begin + 200, Self.begin + 300])
        #expect(told.changes.first?.statement.contains("-until \(CalendarTime(Self.begin + 200))") == true)
        #expect(told.changes.allSatisfy { $0.location.hasPrefix("test.conf:") })
        machine.setClock(wrongBy: 250)
        let later = try schedule(&machine)
        #expect(later.clockDoubt == nil && later.changes.map(\.time) == [Self.begin + 300])
    }

    @Test func theScheduleInForceIsToldBesideADoubt() throws {
        var machine = Machine(file: Self.file)
        machine.fileWrittenAt = Self.begin - 10
        machine.start()
        machine.pass(to: Self.begin + 150)
        machine.setClock(wrongBy: -900_000)
        let told = try schedule(&machine)
        #expect(told.clockDoubt != nil && told.changes.map(\.time) == [Self.begin + 200])
    }

    @Test func goingBackLeadsToTheStateAsItEndedWhateverTheClockSays() throws {
        for restarts in [false, true] {
            var machine = Machine(file: Self.association(1, until: 100) + Self.association(2, from: 100))
            machine.fileWrittenAt = Self.begin - 10
            machine.start()
            machine.pass(to: Self.begin + 150)
            machine.file = Self.association(7)
            machine.fileWrittenAt = Self.begin + 140
            reload(&machine, confirm: 1000)
            #expect(spis(machine) == [7])
            machine.clockError = -900_000
            if restarts { machine.restart() }
            machine.post(.called(Machine.root, .revert))
            #expect(spis(machine) == [2], "\(restarts)")
            machine.setClock(wrongBy: -900_000)
            #expect(spis(machine) == [2], "\(restarts)")
        }
    }

    @Test func theClockMayCatchUpByItself() {
        var machine = Machine(file: Self.file)
        machine.fileWrittenAt = Self.begin + 20
        machine.start()
        #expect(spis(machine).isEmpty)
        machine.pass(to: Self.begin + 20)
        #expect(spis(machine) == [1])
        #expect(machine.clockCall == ClockCall(at: Self.begin + 100))
    }

    @Test func aClockThatIsTrustedIsBelieved() {
        var machine = Machine(file: Self.file, trustsClock: true)
        machine.fileWrittenAt = Self.begin + 1000
        machine.start()
        #expect(spis(machine) == [1])
    }

    @Test func aFileWithoutTimesNeedsNoClock() throws {
        var machine = Machine(file: Self.association(1))
        machine.fileWrittenAt = Self.begin + 1000
        machine.start()
        #expect(spis(machine) == [1])
        #expect(try machine.askStatus().settled)
        #expect(machine.clockCall == nil)
    }
}
