import ControlProtocol
import IPsec
import KernelBackends
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// A daemon that speaks PF_KEY, until a text needs XFRM (`--kernel auto`).
@Suite struct InterfaceMoveTests {
    private static let ordinary = "add 192.0.2.1 192.0.2.2 esp 0x1001 -E null ;\n"
    private static let another = "add 192.0.2.1 192.0.2.2 esp 0x4001 -E null ;\n"
    private static let combined =
        "add 192.0.2.1 192.0.2.2 esp 0x2001 -E aes-gcm-16 0x000102030405060708090a0b0c0d0e0f10111213 ;\n"
    private static let marked = "add 192.0.2.1 192.0.2.2 esp 0x3001 -mark 7 -E null ;\n"

    private static func started(file: String? = nil) -> Machine {
        Machine.started(on: .pfKey, movingTo: .xfrm, file: file)
    }

    private static func spis(_ machine: Machine) -> Set<UInt32> {
        var spis: Set<UInt32> = []
        machine.daemon.mirror.associations.forEach { spis.insert($0.identity.spi.rawValue) }
        return spis
    }

    @Test func whatPFKeyCanSayMovesNothing() throws {
        var machine = Self.started(file: Self.ordinary)
        _ = try machine.run(Self.another)
        #expect(machine.door == .pfKey)
        #expect(try machine.askStatus().kernelInterface == "simulated")
    }

    @Test func aStatementThatNeedsItMovesTheDaemonAndIsDone() throws {
        var machine = Self.started(file: Self.ordinary)
        machine.writes = []
        let reply = try machine.run(Self.combined)
        #expect(reply.executed == 1)
        #expect(reply.failures == nil)
        #expect(machine.door == .xfrm)
        #expect(machine.writes.count == 1)
        #expect(Self.spis(machine) == [0x1001, 0x2001])
        #expect(machine.log.filter { $0.message.hasPrefix("moved from PF_KEY to XFRM") }.count == 1)
        #expect(machine.daemon.isSettled)
    }

    @Test func statementsBeforeAndBehindItAreDoneOnce() throws {
        var machine = Self.started()
        let text = (1...200).map { "add 192.0.2.1 192.0.2.2 esp \(0x5000 + $0) -E null ;\n" }
        let reply = try machine.run(text[..<100].joined() + Self.combined + text[100...].joined(), atomic: true)
        #expect(reply.executed == 201)
        #expect(reply.failures == nil)
        #expect(machine.daemon.mirror.associations.count == 201)
    }

    @Test func aPartThatComesBehindOrdinaryOnesMovesTheDaemonBetweenThem() throws {
        var machine = Self.started()
        var parameters = ExecuteParameters(text: WireText(Self.ordinary))
        parameters.unfinished = true
        machine.queue(.called(Machine.root, .execute(parameters)))
        machine.queue(.called(Machine.root, .execute(ExecuteParameters(text: WireText(Self.combined)))))
        machine.settle()
        #expect(machine.door == .xfrm)
        #expect(machine.errors.isEmpty)
        #expect(Self.spis(machine) == [0x1001, 0x2001])
    }

    @Test func aFileThatNeedsItIsReadAgainAndNothingElseIsWritten() throws {
        var machine = Self.started(file: Self.ordinary)
        machine.writes = []
        machine.file = Self.ordinary + Self.marked
        machine.post(.reloadRequested)
        #expect(machine.door == .xfrm)
        #expect(machine.writes.count == 1)
        #expect(machine.daemon.isSettled)
        #expect(machine.daemon.inForce.associations.count == 2)
    }

    @Test func aStartWithSuchAFileMoves() throws {
        let machine = Self.started(file: Self.ordinary + Self.marked)
        #expect(machine.door == .xfrm)
        #expect(machine.isReady == true)
        #expect(machine.daemon.isSettled)
        #expect(Self.spis(machine) == [0x1001, 0x3001])
    }

    @Test func aReadingThatWasBegunBeforeTheMoveIsRepeated() throws {
        var machine = Self.started(file: Self.ordinary)
        machine.isReadingSlow = true
        machine.file = "add 192.0.2.1 192.0.2.2 esp 0x1002 -E null ;\n"
        machine.post(.reloadRequested)
        _ = try machine.run(Self.combined)
        let readings = machine.readings
        machine.finishReading()
        #expect(machine.readings == readings + 1)
        machine.finishReading()
        #expect(Self.spis(machine) == [0x1002, 0x2001])
        #expect(machine.daemon.isSettled)
    }

    @Test func aTextThatIsWrongForBothMovesNothing() throws {
        var machine = Self.started()
        #expect(machine.execute(Self.marked + "add nonsense;") == nil)
        guard case .invalidText(let records)? = machine.errors.last?.error else { throw Machine.NoReply() }
        #expect(!records.isEmpty)
        #expect(machine.door == .pfKey)
        #expect(Self.spis(machine).isEmpty)
    }

    @Test func whereItCannotBeOpenedTheTextIsRefusedAndTheDaemonGoesOn() throws {
        var machine = Self.started(file: Self.ordinary)
        machine.richerFailure = "cannot move to XFRM"
        #expect(machine.execute(Self.combined) == nil)
        #expect(machine.errors.last?.error == .busy(reason: "cannot move to XFRM"))
        machine.file = Self.ordinary + Self.marked
        machine.post(.reloadRequested)
        #expect(try machine.askStatus().lastOutcome?.contains("nothing of it was applied") == true)
        #expect(try machine.run(Self.another).executed == 1)
        #expect(machine.door == .pfKey)
        machine.richerFailure = nil
        #expect(try machine.run(Self.combined).executed == 1)
        #expect(machine.door == .xfrm)
    }

    @Test func onlyThePartThatNeedsItIsRefused() throws {
        var machine = Self.started()
        machine.richerFailure = "cannot move to XFRM"
        var parameters = ExecuteParameters(text: WireText(Self.ordinary))
        parameters.unfinished = true
        machine.queue(.called(Machine.root, .execute(parameters)))
        machine.queue(.called(Machine.root, .execute(ExecuteParameters(text: WireText(Self.combined)))))
        machine.settle()
        #expect(Self.spis(machine) == [0x1001])
        #expect(machine.errors.map(\.error) == [.busy(reason: "cannot move to XFRM")])
    }

    /// What an earlier daemon has brought in through XFRM is the file's, though the file no longer names it.
    @Test func whatTheLastDaemonOwnedByAMarkIsRemoved() throws {
        var machine = Self.started(file: Self.ordinary + Self.marked)
        machine.file = Self.ordinary
        (machine.door, machine.richerDoor) = (.pfKey, .xfrm)
        machine.restart()
        #expect(machine.door == .xfrm)
        #expect(Self.spis(machine) == [0x1001])
        #expect(machine.daemon.isSettled)
    }

    /// So is a default that it has set: it goes when the file no longer has it, by whichever interface the daemon begins.
    @Test func aDefaultOfTheLastDaemonIsLifted() throws {
        var machine = Self.started(file: Self.ordinary + "spddefault -P fwd discard ;\n")
        #expect(machine.door == .xfrm)
        #expect(machine.daemon.mirror.policies.count == 1)
        machine.file = Self.ordinary
        (machine.door, machine.richerDoor) = (.pfKey, .xfrm)
        machine.restart()
        #expect(machine.door == .xfrm)
        #expect(machine.daemon.mirror.policies.count == 0)
        #expect(machine.daemon.isSettled)
    }

    /// An SA that PF_KEY cannot tell is reason enough: else what the file no longer declares would stay, and what it
    /// declares anew under that name would seem to be there.
    @Test(arguments: ["", "add 192.0.2.1 192.0.2.2 esp 0x2001 -E null ;\n"])
    func whatTheLastDaemonOwnedByAnAlgorithmIsRemoved(_ rest: String) throws {
        var machine = Self.started(file: Self.ordinary + Self.combined)
        #expect(machine.door == .xfrm)
        machine.file = Self.ordinary + rest
        (machine.door, machine.richerDoor) = (.pfKey, .xfrm)
        machine.restart()
        #expect(machine.door == .xfrm)
        #expect(machine.daemon.isSettled)
        #expect(Self.spis(machine) == (rest.isEmpty ? [0x1001] : [0x1001, 0x2001]))
        machine.daemon.mirror.associations.forEach { #expect($0.encryption == .null) }
    }

    @Test func anSAOfOthersThatPFKeyCannotTellMovesItToo() throws {
        var machine = Self.started(file: Self.ordinary)
        let address = try #require(IPAddress("192.0.2.2"))
        machine.kernel.insertForeign(
            .combinedMode, SAIdentity(destination: address, ipsecProtocol: .esp, spi: SPI(rawValue: 0x2001)),
            from: address, at: .init(seconds: UInt64(machine.seconds)))
        machine.writes = []
        machine.settle()
        #expect(machine.door == .xfrm)
        #expect(machine.writes.isEmpty)
        #expect(machine.daemon.isSettled)
    }

    @Test func whereItCannotBeOpenedTheSightIsPoorAndTheDaemonGoesOn() throws {
        var machine = Self.started(file: Self.ordinary + Self.combined)
        machine.file = Self.ordinary
        (machine.door, machine.richerDoor) = (.pfKey, .xfrm)
        machine.richerFailure = "cannot move to XFRM"
        machine.restart()
        #expect(machine.door == .pfKey)
        #expect(machine.isReady == true)
        #expect(try machine.run(Self.another).executed == 1)
        #expect(machine.log.filter { $0.message == "cannot move to XFRM" }.count == 1)
        // It is still the file's.
        machine.richerFailure = nil
        machine.restart()
        #expect(machine.door == .xfrm)
        #expect(Self.spis(machine) == [0x1001, 0x4001])
    }

    /// What PF_KEY cannot name stays the file's, to be taken out by XFRM.
    @Test func aDefaultIsNotForgottenByAnInterfaceThatCannotSeeIt() throws {
        var machine = Self.started(file: Self.ordinary + "spddefault -P fwd discard ;\n")
        machine.file = Self.ordinary
        (machine.door, machine.richerDoor) = (.pfKey, .xfrm)
        machine.richerFailure = "cannot move to XFRM"
        machine.restart()
        #expect(machine.door == .pfKey)
        #expect(machine.isReady == true)
        #expect(machine.kernel.blockedDirections == [.forward])
        machine.richerFailure = nil
        machine.restart()
        #expect(machine.kernel.blockedDirections.isEmpty)
        #expect(machine.daemon.isSettled)
    }

    @Test func aPlanMovesNothing() throws {
        var machine = Self.started(file: Self.ordinary)
        machine.file = Self.ordinary + Self.marked
        machine.replies = []
        machine.post(.called(Machine.root, .plan(PlanParameters())))
        guard case .plan(let plan)? = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(plan.steps.map(\.change) == [.known(.add)])
        #expect(machine.door == .pfKey)
    }

    @Test func aTextMayBeJudgedByBoth() throws {
        let machine = Self.started()
        let traits = machine.daemon.context.kernel.textTraits
        #expect(traits.carriesMarks)
        #expect(traits.numbersAlgorithms)
        #expect(traits.name == "XFRM")
    }

    /// Whichever request before the move, or behind it, has no answer.
    @Test(arguments: 1...23)
    func aLostAnswerIsNoObstacle(_ number: Int) throws {
        var machine = Self.started(file: Self.ordinary)
        machine.kernel.faults = FaultPlan([.init(.loseAnswers, occurrences: number...number)])
        let text = (1...20).map { "add 192.0.2.1 192.0.2.2 esp \(0x5000 + $0) -E null ;\n" }.joined()
        var parameters = ExecuteParameters(text: WireText(text))
        parameters.unfinished = true
        machine.queue(.called(Machine.root, .execute(parameters)))
        machine.queue(.called(Machine.root, .execute(ExecuteParameters(text: WireText(Self.combined)))))
        machine.settle()
        #expect(machine.door == .xfrm)
        #expect(machine.daemon.mirror.associations.count == 22)
        #expect(!machine.daemon.isWaitingForKernel)
    }
}
