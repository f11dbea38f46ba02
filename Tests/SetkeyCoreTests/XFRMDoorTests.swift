import ControlProtocol
import IPsec
import KernelBackends
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// The daemon at the second door of a kernel: what XFRM tells otherwise than PF_KEY, and what goes wrong there alone.
@Suite struct XFRMDoorTests {
    private static func texts(_ count: Int) -> String {
        (0..<count).map { "add 192.0.2.1 192.0.2.2 esp \(0x1000 + $0) -E null ;" }.joined(separator: "\n")
    }

    private static func policy(seconds: UInt64) throws -> SecurityPolicy {
        let statement = try #require(ForeignProgram.statements(Texts.policy(1)).first)
        guard case .addPolicy(var policy)? = statement.kind.request else { throw Machine.NoReply() }
        policy.limits.hard.addTime = seconds
        return policy
    }

    @Test(arguments: Machine.Door.allCases)
    func theEndOfAPolicysLifetimeIsNobodysDeletion(_ door: Machine.Door) throws {
        var machine = Machine.started(on: door)
        machine.foreignRequest(.addPolicy(try Self.policy(seconds: 5)))
        machine.settle()
        #expect(machine.daemon.mirror.policies.count == 1)
        machine.log = []
        for _ in 0..<10 { machine.pass(seconds: 1) }
        #expect(machine.daemon.mirror.policies.count == 0)
        let entries = machine.log.filter { $0.message.contains("policy") }
        #expect(entries.count == 1)
        #expect(entries.allSatisfy { $0.message.hasPrefix("policy hard lifetime expired") })
        #expect(entries.allSatisfy { $0.kind == .policyHardExpired && $0.priority == .warning })
    }

    /// The kernel tells it every half minute; PF_KEY never.
    @Test func aPolicysSoftLifetimeIsToldAndKeepsIt() throws {
        var machine = Machine.started(on: .xfrm)
        machine.foreignRun("spdadd 10.9.1.0/24 10.8.0.0/16 any -ls 5 -P out none ;")
        machine.settle()
        machine.log = []
        for _ in 0..<10 { machine.pass(seconds: 1) }
        #expect(machine.log.filter { $0.kind == .policySoftExpired }.count == 1)
        #expect(machine.daemon.mirror.policies.count == 1)
        let told = machine.told.filter { $0.event == .policyExpired }
        #expect(told.allSatisfy { $0.expiry == .soft })
    }

    @Test func aDumpForWhichMemoryRanOutIsAskedForAgain() throws {
        var machine = Machine.started(on: .xfrm)
        machine.foreignRun(Self.texts(200))
        machine.settle()
        machine.kernel.faults = FaultPlan([.init(.exhaustDump(afterDatagrams: 1), on: .dump, occurrences: 1...1)])
        let dumps = machine.dumps
        machine.pass(seconds: 601)
        machine.log = []
        for _ in 0..<3 { machine.pass(seconds: 11) }
        #expect(machine.dumps >= dumps + 2)
        #expect(machine.mirrored.associations == machine.truth().associations)
        #expect(!machine.log.contains { $0.message.contains("EBUSY") })
    }

    @Test(arguments: Machine.Door.allCases)
    func anAnswerOfAnotherSAIsNotTakenForTheOneThatWasAskedFor(_ door: Machine.Door) throws {
        var machine = Machine.started(on: door, file: Self.texts(2))
        machine.kernel.faults = FaultPlan([.init(.renumber, on: .get, occurrences: 1...1)])
        // A change of a mature SA tells what was asked for: it is read again.
        machine.foreignRun("update 192.0.2.1 192.0.2.2 esp 0x1000 -ls 600 -lh 1200 -E null ;")
        machine.settle()
        for _ in 0..<8 { machine.pass(seconds: 1) }
        #expect(machine.mirrored.associations == machine.truth().associations)
        #expect(machine.daemon.mirror.associations.count == 2)
    }

    @Test func lostNewsAreMadeGoodByADump() throws {
        var machine = Machine(on: .xfrm, file: Texts.tunnel, receiveLimit: 8192)
        machine.start()
        machine.foreignRun(Self.texts(100))
        machine.settle()
        #expect(machine.daemon.context.kernel.overruns > 0)
        #expect(machine.mirrored.associations.count == machine.truth().associations.count)
    }

    /// Of what travels together the last alone is acknowledged: what was told of another one is its answer, and where
    /// that is lost it is asked for again, alone.
    @Test(arguments: [1...1, 8...8, 3...5, 1...8])
    func whatIsNotToldIsAskedForAgain(_ lost: ClosedRange<Int>) throws {
        var machine = Machine.started(on: .xfrm)
        machine.kernel.faults = FaultPlan([.init(.loseAnswers, on: .add, occurrences: lost)])
        let reply = try machine.run(Self.texts(20))
        #expect(reply.executed == 20)
        #expect(reply.failures == nil)
        machine.settle()
        #expect(machine.truth().associations.count == 20)
        #expect(machine.mirrored.associations == machine.truth().associations)
    }

    /// What was done, and not told, is not refused for being there.
    @Test func whatIsNeverToldIsNotTakenForAnothers() throws {
        var machine = Machine.started(on: .xfrm)
        machine.kernel.faults = FaultPlan([.init(.loseAnswers, on: .add, occurrences: 1...20)])
        let reply = try machine.run(Self.texts(20))
        #expect(reply.executed == 20)
        let failures = try #require(reply.failures)
        #expect(failures.allSatisfy { $0.errno == Int(KernelErrno.timedOut.rawValue) })
        machine.settle()
        #expect(machine.truth().associations.count == 20)
        #expect(machine.mirrored.associations == machine.truth().associations)
    }

    @Test func aRefusalAmongWhatTravelsTogetherIsItsOwn() throws {
        var machine = Machine.started(on: .xfrm)
        machine.foreignRun("add 192.0.2.1 192.0.2.2 esp 0x1002 -E null ;")
        machine.settle()
        let reply = try machine.run(Self.texts(8))
        #expect(reply.executed == 8)
        #expect(reply.failures?.count == 1)
        #expect(reply.failures?.first?.offset == Self.texts(2).utf8.count + 1)
        #expect(machine.truth().associations.count == 8)
    }
}
