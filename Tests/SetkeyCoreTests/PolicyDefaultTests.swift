import ControlProtocol
import IPsec
import KernelBackends
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// What the kernel does with packets that no policy matches, as an entry of the file and of the mirror.
@Suite struct PolicyDefaultTests {
    private static let policies = Texts.policy(1) + Texts.policy(2, "discard")

    private static func known(_ machine: Machine) -> Set<Direction> {
        Set(Direction.managed.filter { machine.daemon.mirror.policies.contains(PolicyIdentity(defaultOf: $0)) })
    }

    private static func names(_ requests: [KernelRequest]) -> [String] {
        requests.map { $0.phrase.split(separator: " ").prefix(3).joined(separator: " ") }
    }

    private static func block(_ machine: inout Machine, _ directions: Set<Direction>) {
        machine.kernel.setBlockedDirections(directions, at: .init(seconds: UInt64(machine.seconds)))
        machine.settle()
    }

    // MARK: The mirror

    @Test func theMirrorHasItWhileTheKernelDrops() {
        var machine = Machine(on: .xfrm)
        machine.kernel.setBlockedDirections([.forward], at: .init(seconds: UInt64(machine.seconds)))
        machine.start()
        #expect(Self.known(machine) == [.forward] && machine.isReady == true)
        Self.block(&machine, [.inbound, .forward])
        #expect(Self.known(machine) == [.inbound, .forward])
        Self.block(&machine, [.outbound])
        #expect(Self.known(machine) == [.outbound] && machine.kernel.blockedDirections == [.outbound])
        #expect(machine.log.contains { $0.message == "policy deleted: default fwd" && $0.kind == .policyDeleted })
        machine.pass(seconds: 601)
        #expect(Self.known(machine) == [.outbound])
        #expect(!machine.log.contains { $0.message.contains("again") })
    }

    @Test func whatWasNotToldADumpTells() {
        var machine = Machine.started(on: .xfrm)
        machine.kernel.setBlockedDirections([.outbound], at: .init(seconds: UInt64(machine.seconds)))
        machine.loseMessages()
        machine.post(.overrun)
        #expect(Self.known(machine) == [.outbound])
        machine.kernel.setBlockedDirections([], at: .init(seconds: UInt64(machine.seconds)))
        machine.loseMessages()
        machine.post(.overrun)
        #expect(Self.known(machine).isEmpty)
    }

    /// Who declares that packets pass owns nothing: what others set afterwards is theirs.
    @Test func aDeclaredNoneIsNotOwned() {
        var machine = Machine.started(on: .xfrm, file: "spddefault -P in none ;\n")
        machine.file = ""
        machine.kernel.setBlockedDirections([.inbound], at: .init(seconds: UInt64(machine.seconds)))
        machine.restart()
        #expect(machine.kernel.blockedDirections == [.inbound])
        #expect(machine.daemon.isSettled)
    }

    @Test func aFlushLeavesItAlone() throws {
        var machine = Machine.started(on: .xfrm)
        _ = try machine.run("spddefault -P fwd discard ;" + Self.policies + "spdflush ;")
        #expect(Self.known(machine) == [.forward] && machine.kernel.blockedDirections == [.forward])
        #expect(machine.daemon.mirror.policies.count == 1)
    }

    // MARK: Statements

    @Test func aStatementSetsItAndSaysItOnce() throws {
        var machine = Machine.started(on: .xfrm)
        machine.log = []
        #expect(try machine.run("spddefault -P out discard ;").failures == nil)
        #expect(machine.kernel.blockedDirections == [.outbound] && Self.known(machine) == [.outbound])
        #expect(!machine.log.contains { $0.message.hasPrefix("policy added") })
        #expect(try machine.run("spddefault -P out none ; spddefault -P in none ;").failures == nil)
        #expect(machine.kernel.blockedDirections.isEmpty && Self.known(machine).isEmpty)
    }

    @Test(arguments: [[], [.outbound]] as [Set<Direction>]) func whatIsAtomicIsUndone(_ before: Set<Direction>) throws {
        var machine = Machine.started(on: .xfrm)
        Self.block(&machine, before)
        for text in ["spddefault -P out discard ;", "spddefault -P out none ;"] {
            let reply = try machine.run(text + "spddelete 10.0.0.0/8 10.0.0.0/8 any -P out ;", atomic: true)
            #expect(reply.failures?.count == 1)
            #expect(machine.kernel.blockedDirections == before && Self.known(machine) == before)
        }
    }

    @Test func anOldKernelIsNamed() throws {
        var machine = Machine.started(on: .xfrm)
        machine.kernel.faults = FaultPlan([.init(.refuse(.invalidArgument), on: .spdAdd)])
        let failure = try #require(try machine.run("spddefault -P out discard ;").failures?.first)
        #expect(failure.reason.contains("since 5.14"), "\(failure)")
    }

    @Test(arguments: [FaultPlan.Effect.loseAnswers, .failSend(.noBuffers)])
    func anAnswerThatIsLostIsAskedForAgain(_ effect: FaultPlan.Effect) throws {
        var machine = Machine.started(on: .xfrm)
        machine.kernel.faults = FaultPlan([.init(effect, on: .spdAdd, occurrences: 1...1)])
        _ = try machine.run("spddefault -P out discard ;")
        machine.settle()
        #expect(Self.known(machine) == machine.kernel.blockedDirections)
    }

    // MARK: The file

    @Test func itComesBehindThePoliciesAndGoesBeforeThem() {
        var machine = Machine.started(on: .xfrm, file: "spddefault -P out discard ;" + Self.policies)
        #expect(
            Self.names(machine.writes) == [
                "spdadd out 10.9.1.0/24[any]", "spdadd out 10.9.2.0/24[any]", "set default out",
            ])
        machine.writes = []
        machine.file = "spdadd 10.7.0.0/16 10.8.0.0/16 any -P out none ;"
        machine.post(.called(Machine.root, .reload(ReloadParameters())))
        #expect(Self.names(machine.writes).prefix(2) == ["spdadd out 10.7.0.0/16[any]", "set default out"])
        #expect(machine.writes.count == 4 && machine.kernel.blockedDirections.isEmpty)
    }

    @Test func aRestartWritesNothingAndKnowsWhatItOwns() {
        var machine = Machine.started(on: .xfrm, file: "spddefault -P fwd discard ; spddefault -P in none ;")
        #expect(machine.kernel.blockedDirections == [.forward])
        machine.restart()
        #expect(machine.writes.isEmpty && machine.isReady == true)
        machine.file = ""
        machine.restart()
        #expect(machine.kernel.blockedDirections.isEmpty && machine.writes.count == 1)
    }

    @Test func whatIsNotDeclaredIsNobodys() throws {
        var machine = Machine(on: .xfrm, file: "spdflush ;" + Self.policies)
        machine.kernel.setBlockedDirections([.forward], at: .init(seconds: UInt64(machine.seconds)))
        machine.start()
        #expect(machine.kernel.blockedDirections == [.forward] && machine.writes.count == 2)
        let status = try machine.askStatus()
        #expect(status.settled && status.foreignPolicies == 1)
    }

    @Test(arguments: ["discard", "none"]) func whatSomebodySetsIsDrift(_ action: String) throws {
        var machine = Machine.started(on: .xfrm, file: "spddefault -P out \(action) ;")
        let declared = machine.kernel.blockedDirections
        #expect(try machine.askStatus().missingPolicies == 0)
        Self.block(&machine, declared.isEmpty ? [.outbound] : [])
        machine.pass(quarters: 3)
        #expect(machine.kernel.blockedDirections == declared)
        let lines = machine.log.filter { $0.kind == .drift }.map(\.message)
        #expect(lines.count == 1 && lines[0].contains("policy default out: "), "\(lines)")
        let status = try machine.askStatus()
        #expect(status.settled && status.declaredPolicies == 1 && status.foreignPolicies == 0)
    }

    @Test(arguments: ["discard", "none"]) func whatWasSetUnseenIsDrift(_ action: String) {
        var machine = Machine.started(on: .xfrm, file: "spddefault -P out \(action) ;")
        let declared = machine.kernel.blockedDirections
        machine.kernel.setBlockedDirections(
            declared.isEmpty ? [.outbound] : [], at: .init(seconds: UInt64(machine.seconds)))
        machine.loseMessages()
        machine.post(.overrun)
        machine.pass(quarters: 3)
        #expect(machine.kernel.blockedDirections == declared && Self.known(machine) == declared)
    }

    @Test func aPolicyOfThePlanShowsIt() throws {
        var machine = Machine.started(on: .xfrm, file: "spddefault -P out discard ;")
        machine.file = "spddefault -P out none ;"
        machine.post(.called(Machine.root, .plan(PlanParameters())))
        guard case .plan(let plan)? = machine.replies.last?.reply else { throw Machine.NoReply() }
        #expect(plan.steps.map(\.statement) == ["spddefault -P out none ;"])
        #expect(plan.steps.first?.reason == .differs([.known(.action)]))
    }

    @Test func namesSurviveTheStateFile() throws {
        for direction in Direction.managed {
            let identity = PolicyIdentity(defaultOf: direction)
            var line: [UInt8] = []
            identity.appendLine(to: &line)
            let text = String(decoding: line.dropLast(), as: UTF8.self)
            #expect(text == "sp default \(direction.word)")
            #expect(PolicyIdentity(words: text.split(separator: " ")[...]) == identity)
        }
        #expect(PolicyIdentity(words: ["sp", "default", "in(socket)"]) == nil)
    }

    @Test func aRecordSaysThatItIsNone() {
        let record = PolicyRecord(SecurityPolicy(defaultOf: .forward))
        #expect(record.isDefault == true && record.source == "any" && record.action == .known(.discard))
        #expect(LogField.Name.selector.rawValue == "SETKEYD_SELECTOR")
        #expect(SecurityPolicy(defaultOf: .forward).logFields.map(\.value) == ["fwd", "default"])
    }

    // MARK: From anything to anything

    private static func text(_ random: inout SplitMix) -> String {
        var text = Bool.random(using: &random) ? "spdflush ;\n" : ""
        for number in 0..<4 where Bool.random(using: &random) { text += Texts.policy(number) }
        for direction in Direction.managed where Bool.random(using: &random) {
            text += "spddefault -P \(direction.word) \(Bool.random(using: &random) ? "discard" : "none") ;\n"
        }
        return text
    }

    private static func directions(_ random: inout SplitMix) -> Set<Direction> {
        Set(Direction.managed.filter { _ in Bool.random(using: &random) })
    }

    @Test(arguments: 0..<40) func aReloadSettlesFromAnywhere(_ round: Int) {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(seed: seed)
        var machine = Machine(on: .xfrm, file: Self.text(&random))
        let foreign = Self.directions(&random)
        machine.kernel.setBlockedDirections(foreign, at: .init(seconds: UInt64(machine.seconds)))
        machine.start()
        for _ in 0..<3 {
            expectDeclared(&machine, seed)
            machine.file = Self.text(&random)
            machine.post(.called(Machine.root, .reload(ReloadParameters())))
            expectDeclared(&machine, seed)
            Self.block(&machine, Self.directions(&random))
            machine.pass(quarters: 4)
        }
    }

    private func expectDeclared(_ machine: inout Machine, _ seed: UInt64) {
        #expect(Self.known(machine) == machine.kernel.blockedDirections, "seed \(seed)")
        #expect(machine.plan.isEmpty, "seed \(seed)")
        for direction in Direction.managed {
            guard let declared = machine.daemon.inForce.policies[PolicyIdentity(defaultOf: direction)] else { continue }
            let blocks = machine.kernel.blockedDirections.contains(direction)
            #expect(blocks == (declared.entry.action == .discard), "seed \(seed): \(direction)")
        }
    }
}
