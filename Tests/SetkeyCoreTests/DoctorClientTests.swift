import ControlProtocol
import IPsec
import KernelBackends
import TestSupport
import Testing

@testable import SetkeyCore

/// Who is told what of the findings, and when.
@Suite struct DoctorClientTests: Doctoring {
    private func findings(_ replies: [(client: ClientID, reply: Reply, continues: Bool)], of client: ClientID)
        -> [[FindingRecord]]
    {
        replies.compactMap {
            guard case .diagnose(let reply) = $0.reply, $0.client == client else { return nil }
            return reply.findings
        }
    }

    @Test(arguments: [Machine.Door.pfKey, .xfrm]) func aMemberIsToldOfWhatTheFileDeclares(by door: Machine.Door) throws
    {
        var machine = Machine.started(on: door, file: Self.tunnel)
        machine.post(.called(Machine.nobody, .diagnose))
        let found = try #require(findings(machine.replies, of: Machine.nobody).first)
        #expect(found.map(\.code) == ["no-sa-for-policy", "no-sa-for-policy"])
        #expect(found.map(\.severity) == [.known(.error), .known(.error)])
        #expect(found.first?.owner == "\(Machine.path):1")
    }

    @Test func whoeverAsksMeanwhileGetsTheNextOne() throws {
        var machine = Machine.started(on: .xfrm, file: Self.tunnel)
        let dumps = machine.dumps
        for client in [Machine.root, Machine.nobody] { machine.queue(.called(client, .diagnose)) }
        machine.settle()
        #expect(findings(machine.replies, of: Machine.root).count == 1)
        #expect(findings(machine.replies, of: Machine.nobody).count == 1)
        // To a member a recent dump will do.
        #expect(machine.dumps == dumps + 1)
    }

    @Test func whoeverLeavesWaitsNoLonger() throws {
        var machine = Machine.started(on: .xfrm, file: Self.tunnel)
        machine.queue(.called(Machine.nobody, .diagnose))
        machine.queue(.disconnected(Machine.nobody))
        machine.settle()
        #expect(machine.replies.isEmpty)
        machine.post(.called(Machine.root, .diagnose))
        #expect(findings(machine.replies, of: Machine.root).count == 1)
    }

    @Test func aKernelThatTellsNothingIsSaid() throws {
        var machine = Machine.started(file: Self.tunnel)
        machine.kernel.faults = FaultPlan([FaultPlan.Fault(.refuse(.operationNotPermitted), on: .dump)])
        machine.post(.called(Machine.root, .diagnose))
        #expect(machine.errors.contains { $0.client == Machine.root })
    }

    @Test func whoeverHasBeenRefusedWhileTheShellJudgesIsNotAnsweredOnceMore() {
        var examinations = SharedWalk<Census, Void>(joinsDumps: false)
        var mirror = Mirror()
        examinations.ask(Machine.root, ()) { _ in 1 }
        examinations.collect()
        while examinations.collect({ $0.advance(&mirror, count: 1) }) == nil {}
        examinations.ask(Machine.nobody, ()) { _ in 2 }
        #expect(examinations.waiting == [Machine.nobody])
        examinations.abandon(&mirror)
        #expect(examinations.waiting.isEmpty)
        #expect(examinations.end { _, _ in 3 }.map(\.client) == [Machine.root])
        #expect(examinations.tickets == nil)
    }

    @Test func anEndThatHasComeIsFound() throws {
        var machine = Machine.started(
            on: .xfrm, file: Self.tunnel + Self.associations.replacingFirst("-m tunnel", by: "-m tunnel -lh 4"))
        machine.pass(seconds: 60)
        machine.replies = []
        machine.post(.called(Machine.root, .diagnose))
        let found = try #require(findings(machine.replies, of: Machine.root).first)
        #expect(found.map { "\($0.severity) \($0.code)" }.prefix(2) == ["error expired", "error no-sa-for-policy"])
        #expect(found.first?.evidence?.first?.contains("declared at test.conf:4") == true, "\(found)")
    }

    @Test func aMemberIsNotToldOfKeysThatEverybodyKnows() throws {
        let text = #"add 192.0.2.1 192.0.2.2 esp 0x1001 -E des-cbc "ESP SA!!" ;"#
        var machine = Machine.started(file: text)
        for (client, isTold) in [(Machine.root, true), (Machine.nobody, false)] {
            machine.replies = []
            machine.post(.called(client, .diagnose))
            let found = try #require(findings(machine.replies, of: client).first)
            #expect(found.contains { $0.code == "published-key" } == isTold, "\(found)")
        }
    }
}
