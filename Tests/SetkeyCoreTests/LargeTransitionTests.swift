import ControlProtocol
import IPsec
import TestSupport
import Testing

@testable import SetkeyCore

/// Transitions of many entries: each turn of the loop has its share of them.
struct LargeTransitionTests {
    /// The turns that each transition of so many declared SAs takes.
    private struct Turns {
        var start = 0
        var unchanged = 0
        var repair = 0
        var removal = 0
        var revert = 0
    }

    private func turns(entries count: Int) throws -> Turns {
        let file = (0..<count).map { Texts.association(0x1000 + $0) }.joined()
        var machine = Machine(file: file)
        var before = 0
        func taken(_ machine: Machine) -> Int {
            defer { before = machine.turns }
            return machine.turns - before
        }
        var turns = Turns()
        machine.start()
        turns.start = taken(machine)
        #expect(machine.truth().associations.count == count)

        machine.writes = []
        machine.post(.reloadRequested)
        turns.unchanged = taken(machine)
        #expect(machine.writes.isEmpty)

        machine.foreignRun("flush ;")
        machine.pass(quarters: 2)
        turns.repair = taken(machine)
        #expect(machine.truth().associations.count == count)
        #expect(machine.log.contains { $0.message == "drift: \(count) declared entries restored" })

        machine.file = ""
        machine.post(.reloadRequested)
        turns.removal = taken(machine)
        #expect(machine.truth().associations.isEmpty)

        machine.post(.called(Machine.root, .revert))
        turns.revert = taken(machine)
        #expect(machine.truth().associations.count == count)
        return turns
    }

    @Test func everyTransitionIsWalkedInSlices() throws {
        let slices = 3
        let small = try turns(entries: Daemon.slice)
        let large = try turns(entries: Daemon.slice * (1 + slices))
        // What is declared is compared and sorted, and each step verified.
        #expect(large.start - small.start >= 3 * slices)
        // What is declared is compared; the same was in force before, so that nothing is sought.
        #expect(large.unchanged - small.unchanged >= slices)
        // Each step is decided on, too; the first two slices of that share a turn.
        #expect(large.repair - small.repair >= 4 * slices - 1)
        #expect(large.removal - small.removal >= 2 * slices)
        #expect(large.revert - small.revert >= 3 * slices)
    }
}
