import ControlProtocol
import IPsec
import KernelBackends
import TestSupport
import Testing

@testable import SetkeyCore

/// What the daemon puts under a name goes on with the numbers of what was there, however that went.
struct FormerNumbersTests {
    private static func texts(_ count: Int, key: String = "0123456789abcdef") -> String {
        (0..<count).map { "add 192.0.2.1 192.0.2.2 esp \(0x1000 + $0) -E null -A hmac-md5 \"\(key)\" ;" }
            .joined(separator: "\n")
    }

    /// A daemon whose SAs have sent five packets each.
    ///
    /// - Parameter isKnown: whether it has read that.
    private static func used(_ count: Int = 1, isKnown: Bool = false, drift: DriftPolicy = .repair) -> Machine {
        var machine = Machine.started(on: .xfrm, file: texts(count), drift: drift)
        for number in 0..<count {
            let identity = SAIdentity(
                destination: IPAddress(ipv4: 0xc000_0202), ipsecProtocol: .esp,
                spi: SPI(rawValue: UInt32(0x1000 + number)))
            for _ in 0..<5 {
                machine.kernel.carry(100, through: identity, at: .init(seconds: UInt64(machine.seconds)))
            }
        }
        if isKnown { machine.pass(seconds: 601) }
        machine.writes = []
        return machine
    }

    /// How far the SAs that were added had been numbered.
    private static func begun(_ machine: Machine) -> [UInt64] {
        machine.writes.compactMap { if case .add(let association) = $0 { association.numbers.sent } else { nil } }
    }

    @Test func theLastOnesAreKnown() {
        var former = FormerNumbers<Int>()
        var numbers = PacketNumbers.zero
        let span = FormerNumbers<Int>.span
        for name in 0..<3 * span {
            (numbers.sent, numbers.received) = (UInt64(name + 1), 7)
            former.note(name, numbers)
        }
        #expect((2 * span..<3 * span).allSatisfy { former[$0].sent == UInt64($0 + 1) && former[$0].received == 7 })
        #expect(former[0] == .zero)
        // The furthest count, and none are nothing.
        (numbers.sent, numbers.received) = (1, 9)
        former.note(3 * span - 1, numbers)
        former.note(3 * span - 1, .zero)
        #expect(former[3 * span - 1].sent == UInt64(3 * span) && former[3 * span - 1].received == 9)
    }

    private static let deletion = "delete 192.0.2.1 192.0.2.2 esp 0x1000 ;"

    @Test func aRepairGoesOn() {
        var machine = Self.used()
        machine.foreignRun(Self.deletion)
        machine.pass(quarters: 4)
        #expect(Self.begun(machine) == [5])
    }

    @Test func aReloadThatBringsBackWhatOthersHaveDeletedGoesOn() {
        var machine = Self.used(drift: .report)
        machine.foreignRun(Self.deletion)
        machine.pass(quarters: 4)
        machine.post(.reloadRequested)
        #expect(Self.begun(machine) == [5])
    }

    @Test func whatTheFileHasDroppedAndDeclaresAgainGoesOn() {
        var machine = Self.used()
        machine.file = ""
        machine.post(.reloadRequested)
        #expect(machine.truth().associations.isEmpty)
        machine.file = Self.texts(1)
        machine.post(.reloadRequested)
        #expect(Self.begun(machine) == [5])
    }

    @Test func whatOthersHavePutThereMeanwhileHidesNothing() {
        var machine = Self.used()
        machine.foreignRun(Self.deletion + Self.texts(1, key: "fedcba9876543210"))
        machine.pass(quarters: 4)
        #expect(Self.begun(machine) == [5])
    }

    @Test func aDeletionThatWasNotToldIsAsTheLastDumpSaid() {
        var machine = Self.used(isKnown: true)
        machine.kernel.faults = FaultPlan([.init(.loseBroadcasts, on: .delete)])
        machine.foreignRun(Self.deletion)
        machine.post(.overrun)
        machine.pass(quarters: 8)
        #expect(Self.begun(machine) == [5])
    }

    @Test func soIsWhatHasComeInItsPlaceUntold() {
        var machine = Self.used(isKnown: true)
        machine.kernel.faults = FaultPlan([.init(.loseBroadcasts)])
        machine.foreignRun(Self.deletion + Self.texts(1, key: "fedcba9876543210"))
        machine.kernel.faults = .none
        machine.post(.overrun)
        machine.pass(quarters: 8)
        #expect(Self.begun(machine) == [5])
    }

    @Test(arguments: ["flush ;", "flush esp ;"]) func aFlushIsAsTheLastDumpSaid(_ flush: String) {
        var machine = Self.used(isKnown: true)
        machine.foreignRun(flush)
        machine.pass(quarters: 8)
        #expect(Self.begun(machine) == [5])
    }

    /// More than are looked at one by one.
    @Test func manyDeletionsAtOnceAreRemembered() {
        let count = 2 * Daemon.slice
        var machine = Self.used(count)
        for number in 0..<count { machine.foreignRun("delete 192.0.2.1 192.0.2.2 esp \(0x1000 + number) ;") }
        machine.pass(quarters: 8)
        #expect(Self.begun(machine).count == count && Self.begun(machine).allSatisfy { $0 == 5 })
    }

    /// The kernel says the second time that it is gone, and not what it was.
    @Test func aReplacementOfWhoseDeletionNothingWasToldGoesOn() {
        var machine = Self.used(isKnown: true)
        machine.kernel.faults = FaultPlan([
            .init(.loseAnswers, on: .delete, occurrences: 1...1), .init(.loseBroadcasts, on: .delete),
        ])
        machine.file = Self.texts(1, key: "fedcba9876543210")
        machine.post(.reloadRequested)
        #expect(Self.begun(machine) == [5])
    }
}
