import ControlProtocol
import IPsec
import TestSupport
import Testing

@testable import SetkeyCore

/// A daemon whose default file is not there.
struct MissingFileTests {
    @Test func beforeItIsWrittenItDeclaresNothing() {
        var machine = Machine(file: nil)
        machine.start()
        #expect(machine.isReady == true && machine.writes.isEmpty)
        machine.file = Texts.tunnel
        machine.post(.reloadRequested)
        #expect(machine.truth().associations.count == 2)
    }

    @Test func oneThatIsMislaidTakesNothingOut() throws {
        var machine = Machine.started(file: Texts.tunnel)
        machine.file = nil
        machine.writes = []
        machine.post(.reloadRequested)
        #expect(machine.writes.isEmpty && machine.truth().associations.count == 2)
        #expect(machine.log.contains { $0.message.contains("does not exist, and entries in the kernel are of it") })
        machine.post(.called(Machine.root, .plan(PlanParameters())))
        #expect(machine.errors.count == 1)
        // After a restart, too, until it is said.
        machine.restart()
        #expect(machine.isReady == false && machine.writes.isEmpty)
        machine.file = ""
        machine.restart()
        #expect(machine.isReady == true && machine.truth().associations.isEmpty)
    }
}
