import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// A policy that is about to lose its last SA is told of in time.
struct KeyEndsTests: Scheduling {
    /// A policy whose SA holds until so many seconds after the beginning.
    private static func file(until end: Int) -> String {
        "spdadd 10.0.0.1 10.0.0.3 any -P out ipsec esp/transport//require ;\n" + association(1, until: end)
    }

    private func told(_ machine: Machine) -> [String] {
        machine.log.filter { $0.kind == .keyEnds }.map { "\($0.priority) \($0.message)" }
    }

    @Test func aWeekADayAndAnHourBefore() throws {
        var machine = Machine.started(file: Self.file(until: 700_000))
        #expect(told(machine).isEmpty)
        #expect(try machine.askStatus().keysEnd == Self.begin + 700_000)
        #expect(machine.clockCall == ClockCall(at: Self.begin + 700_000 - 604_800))
        machine.pass(to: Self.begin + 100_000)
        #expect(told(machine).count == 1)
        #expect(
            told(machine).first?.contains(
                " has no SA from 1970-01-20T16:13:20Z on, in 7 days: declare the next one") == true)
        machine.pass(to: Self.begin + 690_000)
        #expect(told(machine).count == 2)
        machine.pass(to: Self.begin + 699_999)
        #expect(told(machine).map { $0.hasPrefix("error") } == [false, false, true])
        machine.pass(to: Self.begin + 700_001)
        #expect(told(machine).count == 3)
        // As long as that is so, it is said.
        #expect(try machine.askStatus().keysEnd == Self.begin + 700_000)
        #expect(spis(machine).isEmpty)
    }

    @Test func aStartShortlyBeforeTellsOnce() {
        let machine = Machine.started(file: Self.file(until: 7200))
        #expect(told(machine).count == 1)
        #expect(told(machine).first?.hasPrefix("warning") == true)
    }

    @Test func aPolicyThatBeginsBeforeItsSAIsTrueToo() throws {
        var machine = Machine.started(
            file: "spdadd 10.0.0.1 10.0.0.3 any -from \(CalendarTime(Self.begin + 1000)) -P out ipsec "
                + "esp/transport//require ah/transport//require ;\n" + Self.association(1, from: 2000))
        #expect(told(machine).count == 1)
        #expect(told(machine).first?.contains(" has no SA from \(CalendarTime(Self.begin + 1000)) on") == true)
        machine.pass(to: Self.begin + 1500)
        #expect(try machine.askStatus().keysEnd == Self.begin + 1000)
        machine.pass(to: Self.begin + 2000)
        #expect(try machine.askStatus().keysEnd == nil)
    }

    @Test func manyMomentsAreAllTold() throws {
        let file = (0..<1500).map { number in
            let ends = "10.\(number / 250).\(number % 250).1 10.200.0.1"
            return "spdadd \(ends) any -P out ipsec esp/transport//require ;\n"
                + "add \(ends) esp \(0x1000 + number) -until \(CalendarTime(Self.begin + 10_000 + 10 * number)) -E null ;\n"
        }.joined()
        var machine = Machine.started(file: file)
        machine.pass(to: Self.begin + 24_980)
        #expect(try machine.askStatus().keysEnd == Self.begin + 10_000)
        #expect(
            machine.log.contains { $0.kind == .keyEnds && $0.message.contains("\(CalendarTime(Self.begin + 24_990))") })
    }

    @Test func theNextSAEndsTheWorry() throws {
        var machine = Machine.started(file: Self.file(until: 7200))
        machine.file = Self.file(until: 7200) + Self.association(2, from: 3600)
        reload(&machine)
        #expect(try machine.askStatus().keysEnd == nil)
        machine.pass(to: Self.begin + 7199)
        #expect(told(machine).count == 1)
    }

    @Test func aScheduleTellsWhatIsToCome() throws {
        var machine = Machine.started(
            file: Self.file(until: 200) + Self.association(2, from: 100) + Self.policy(7, from: 100, until: 300))
        machine.pass(to: Self.begin + 50)
        machine.replies = []
        machine.post(.called(Machine.nobody, .schedule))
        guard case .schedule(let reply)? = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(reply.time == Self.begin + 50)
        #expect(reply.changes.map { $0.time - Self.begin } == [100, 100, 200, 300])
        #expect(reply.changes.map(\.change.rawValue) == ["begins", "begins", "ends", "ends"])
        #expect(reply.changes.map(\.location) == ["test.conf:3", "test.conf:4", "test.conf:2", "test.conf:4"])
        #expect(reply.changes[0].statement.contains("-A hmac-md5 <hidden>"))
        #expect(reply.changes[0].statement.contains("-from \(CalendarTime(Self.begin + 100))"))
    }

    @Test func aLongScheduleComesInParts() throws {
        var machine = Machine.started(
            file: (0..<450).map { Self.association(1000 + $0, from: 100 + $0) }.joined())
        machine.replies = []
        machine.post(.called(Machine.nobody, .schedule))
        let parts = machine.replies.compactMap { reply in
            if case .schedule(let part) = reply.reply { (part.changes.count, reply.continues) } else { nil }
        }
        #expect(parts.map(\.0) == [200, 200, 50] && parts.map(\.1) == [true, true, false])
    }

    @Test func aPlanMayBeOfAnotherMoment() throws {
        var machine = Machine.started(file: Self.file(until: 200) + Self.association(2, from: 100))
        for (moment, steps) in [(nil, 0), (Self.begin + 100, 1), (Self.begin + 200, 2)] as [(Int?, Int)] {
            var parameters = PlanParameters()
            parameters.at = moment
            machine.replies = []
            machine.post(.called(Machine.nobody, .plan(parameters)))
            guard case .plan(let reply)? = machine.replies.last?.reply else { throw Machine.NoReply() }
            #expect(reply.steps.count == steps)
        }
    }
}
