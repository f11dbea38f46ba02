import ControlProtocol
import IPsec
import KernelBackends
import TestSupport
import Testing

@testable import SetkeyCore

/// A replacement whose deletion was done and not told, or not told with what it was.
struct LostDeletionTests {
    /// How much of it is lost.
    enum Loss: CaseIterable {
        /// What was deleted.
        case news
        /// The answer, but not that of the second try.
        case answer
        /// Both answers.
        case bothAnswers

        var faults: [FaultPlan.Fault] {
            switch self {
            case .news: [.init(.loseBroadcasts, on: .delete, occurrences: 1...1)]
            case .answer: Self.all(1...1)
            case .bothAnswers: Self.all(1...2)
            }
        }

        private static func all(_ occurrences: ClosedRange<Int>) -> [FaultPlan.Fault] {
            [
                .init(.loseAnswers, on: .delete, occurrences: occurrences),
                .init(.loseBroadcasts, on: .delete, occurrences: occurrences),
            ]
        }
    }

    private static let file = Texts.tunnel + Texts.association(0x6000)
    private static let changed = file.replacing("0x00112233", with: "0xff112233")
    private static let foreignChange =
        "delete 10.0.0.1 10.0.0.3 esp 0x6000 ;" + Texts.association(0x6000).replacing("0x00112233", with: "0xff112233")

    @Test(arguments: Machine.Door.allCases, Loss.allCases)
    func aRepairPutsTheSAThereAllTheSame(_ door: Machine.Door, _ loss: Loss) throws {
        var machine = Machine.started(on: door, file: Self.file)
        let before = machine.contents
        machine.foreignRun(Self.foreignChange)
        machine.settle()
        machine.kernel.faults = FaultPlan(loss.faults)
        machine.pass(quarters: 8)
        #expect(machine.contents == before)
        #expect(try machine.askStatus().settled)
    }

    @Test(arguments: Machine.Door.allCases, [Loss.news, .answer])
    func soDoesAReload(_ door: Machine.Door, _ loss: Loss) throws {
        var machine = Machine.started(on: door, file: Self.file)
        machine.kernel.faults = FaultPlan(loss.faults)
        machine.file = Self.changed
        machine.post(.reloadRequested)
        #expect(try machine.askStatus().settled)
        let other = Machine.started(on: door, file: Self.changed)
        var (here, there) = (machine, other)
        #expect(here.contents == there.contents)
    }

    @Test(arguments: Machine.Door.allCases, Loss.allCases)
    func soDoesAWayBack(_ door: Machine.Door, _ loss: Loss) throws {
        var machine = Machine.started(on: door, file: Self.file)
        let before = machine.contents
        machine.file = Self.changed
        machine.post(.reloadRequested)
        machine.kernel.faults = FaultPlan(loss.faults)
        machine.post(.called(Machine.root, .revert))
        #expect(machine.contents == before)
    }

    /// Of an SA that nobody has told of when it went, what was known of it comes back.
    @Test(arguments: Machine.Door.allCases, Loss.allCases)
    func aReloadThatIsRefusedAfterThatIsUndone(_ door: Machine.Door, _ loss: Loss) throws {
        var machine = Machine.started(on: door, file: Self.file)
        let before = machine.contents
        machine.kernel.faults = FaultPlan(
            loss.faults
                + [.init(.refuse(.outOfMemory), on: .add, occurrences: 1...1)].prefix(loss == .bothAnswers ? 0 : 1))
        machine.file = Self.changed
        machine.post(.reloadRequested)
        #expect(machine.contents == before)
        #expect(!machine.log.contains { $0.message.contains("could not be rolled back") })
    }

    /// The same of a client's run.
    @Test(arguments: Machine.Door.allCases, Loss.allCases)
    func soIsARunThatIsRefused(_ door: Machine.Door, _ loss: Loss) throws {
        var machine = Machine.started(on: door)
        machine.foreignRun(Self.file)
        machine.settle()
        let before = machine.contents
        machine.kernel.faults = FaultPlan(loss.faults)
        let reply = try machine.run(
            "delete 10.0.0.1 10.0.0.3 esp 0x6000 ; spddelete 1.1.1.1 2.2.2.2 any -P out ;", atomic: true)
        #expect(reply.undone == 1)
        #expect(machine.contents == before)
    }
}
