import ControlProtocol
import IPsec
import TestSupport
import Testing

@testable import SetkeyCore

/// The first parts of a run may be read before it is known whether it is to be.
struct RunAheadTests {
    private static func add(_ spi: Int) -> String { "add 192.0.2.1 192.0.2.2 esp \(spi) -E null ;\n" }
    private static let combined =
        "add 192.0.2.1 192.0.2.2 esp 0x2001 -E aes-gcm-16 0x000102030405060708090a0b0c0d0e0f10111213 ;\n"

    private static func part(_ text: String, ahead: Bool = true, unfinished: Bool = true) -> Event {
        var parameters = ExecuteParameters(text: WireText(text))
        parameters.ahead = ahead ? true : nil
        parameters.unfinished = unfinished ? true : nil
        return .called(Machine.root, .execute(parameters))
    }

    private static func last(_ text: String) -> Event { part(text, ahead: false, unfinished: false) }

    @Test(arguments: Machine.Door.allCases) func nothingIsBegunBeforeTheNextPartHasCome(_ door: Machine.Door) {
        var machine = Machine.started(on: door)
        machine.post(Self.part(Self.add(300)))
        machine.post(Self.part(Self.add(301)))
        #expect(machine.writes.isEmpty && machine.replies.isEmpty)
        machine.post(Self.last(Self.add(302)))
        #expect(machine.replies.count == 3 && machine.errors.isEmpty)
        #expect(machine.truth().associations.map(\.identity.spi.rawValue).sorted() == [300, 301, 302])
    }

    @Test(arguments: Machine.Door.allCases) func ofOneWhoLeavesNothingIs(_ door: Machine.Door) {
        var machine = Machine.started(on: door)
        machine.post(Self.part(Self.add(300)))
        machine.post(.disconnected(Machine.root))
        #expect(machine.writes.isEmpty && machine.truth().associations.isEmpty)
        #expect(!machine.log.contains { $0.message.contains("executed") })
    }

    /// Others are not kept waiting.
    @Test(arguments: Machine.Door.allCases) func anotherClientIsServedMeanwhile(_ door: Machine.Door) throws {
        var machine = Machine.started(on: door)
        machine.post(Self.part(Self.add(300)))
        machine.post(.connected(ClientID(rawValue: 77), Peer(uid: 0, gid: 0, pid: 502, access: .everything)))
        machine.post(.called(ClientID(rawValue: 77), .execute(ExecuteParameters(text: WireText(Self.add(400))))))
        #expect(machine.truth().associations.map(\.identity.spi.rawValue) == [400])
    }

    @Test func moreThanMayBeAheadIsRefusedAsAWhole() {
        var machine = Machine.started()
        for number in 0..<ExecuteParameters.aheadLimit { machine.post(Self.part(Self.add(300 + number))) }
        #expect(machine.errors.isEmpty)
        machine.post(Self.part(Self.add(900)))
        #expect(machine.errors.count == ExecuteParameters.aheadLimit + 1)
        guard case .busy? = machine.errors.last?.error else {
            Issue.record("the run was accepted")
            return
        }
        #expect(machine.errors.dropLast().allSatisfy { $0.error == .runAborted })
        machine.post(Self.last(Self.add(901)))
        #expect(machine.errors.last?.error == .runAborted)
        #expect(machine.writes.isEmpty)
        // The run is over: another one is executed.
        machine.post(Self.last(Self.add(902)))
        #expect(machine.truth().associations.map(\.identity.spi.rawValue) == [902])
    }

    @Test func thatMovesNothing() {
        var machine = Machine.started(on: .pfKey, movingTo: .xfrm)
        for _ in 0...ExecuteParameters.aheadLimit { machine.post(Self.part(Self.combined)) }
        #expect(machine.errors.count == ExecuteParameters.aheadLimit + 1 && machine.door == .pfKey)
    }

    @Test func soIsMoreText() {
        var machine = Machine.started()
        let half = String(repeating: " ", count: ExecuteParameters.aheadByteLimit / 2)
        machine.post(Self.part(half))
        machine.post(Self.part(half))
        #expect(machine.errors.isEmpty)
        machine.post(Self.part(Self.add(300)))
        #expect(machine.errors.count == 3)
    }

    /// The last part of a run has nothing behind it to wait for.
    @Test func theLastPartIsNotHeld() {
        var machine = Machine.started()
        machine.post(Self.part(Self.add(300), unfinished: false))
        #expect(machine.truth().associations.count == 1)
    }

    /// Of a run that has begun nothing is read ahead, and what is sent so is not executed.
    @Test func onlyTheBeginningOfARunIs() {
        var machine = Machine.started()
        machine.post(Self.part(Self.add(300), ahead: false))
        machine.post(Self.part(Self.add(301)))
        machine.post(Self.last(Self.add(302)))
        #expect(machine.replies.count == 1 && machine.errors.count == 2)
        guard case .busy? = machine.errors.first?.error else {
            Issue.record("the part was accepted")
            return
        }
        #expect(machine.errors.last?.error == .runAborted)
        #expect(machine.truth().associations.map(\.identity.spi.rawValue) == [300])
    }

    /// The parts before it have not been begun either.
    @Test(arguments: 0..<3) func anErrorInOneOfThemLeavesAllUndone(_ broken: Int) {
        var machine = Machine.started()
        for number in 0..<3 {
            let text = Self.add(300 + number) + (number == broken ? "nonsense ;" : "")
            machine.post(number < 2 ? Self.part(text) : Self.last(text))
        }
        #expect(machine.writes.isEmpty && machine.replies.isEmpty && machine.errors.count == 3)
        for (number, error) in machine.errors.map(\.error).enumerated() {
            if case .invalidText = error { #expect(number == broken) } else { #expect(error == .runAborted) }
        }
    }

    /// What drains a connection was for another call.
    @Test func nothingElseBeginsThem() {
        var machine = Machine.started()
        machine.post(Self.part(Self.add(300)))
        machine.post(.drained(Machine.root))
        machine.post(.woken)
        #expect(machine.writes.isEmpty)
        machine.post(Self.last(Self.add(301)))
        #expect(machine.truth().associations.count == 2)
    }

    /// Whatever is in them: without a statement there is no number to go by.
    @Test func alsoOfEmptyPartsTheLastIsRefused() {
        var machine = Machine.started()
        for _ in 0...ExecuteParameters.aheadLimit { machine.post(Self.part("")) }
        machine.post(Self.last(Self.add(300)))
        #expect(machine.writes.isEmpty && machine.errors.last?.error == .runAborted)
    }

    @Test func theDaemonMovesOnlyWhenItIsToBegin() {
        var machine = Machine.started(on: .pfKey, movingTo: .xfrm)
        machine.post(Self.part(Self.combined))
        #expect(machine.door == .pfKey)
        machine.post(Self.last(Self.add(300)))
        #expect(machine.door == .xfrm && machine.errors.isEmpty)
        #expect(machine.daemon.mirror.associations.count == 2)
    }
}
