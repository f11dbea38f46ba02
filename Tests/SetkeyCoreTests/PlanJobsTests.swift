import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// Plans on their way to clients.
struct PlanJobsTests {
    private static let (client, other) = (ClientID(rawValue: 1), ClientID(rawValue: 2))

    private static func desired(_ count: Int) -> DesiredState {
        let text = (0..<count).map { "add 1.1.1.1 2.2.2.2 esp \(300 + $0) -E null ;" }.joined()
        var evaluation = DesiredState.Evaluation()
        for statement in ForeignProgram.statements(text) {
            evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
        }
        return evaluation.finish()
    }

    @Test func aTextComesInParts() {
        var plans = PlanJobs()
        #expect(plans.takeGathered(of: Self.client).parts == 0)
        plans.gather(DesiredState.Evaluation(), parts: 3, of: Self.client)
        #expect(plans.takeGathered(of: Self.client).parts == 3)
        #expect(plans.takeGathered(of: Self.client).parts == 0)
    }

    @Test func aPlanIsMadeInSlicesAndSentInParts() throws {
        var plans = PlanJobs()
        var mirror = Mirror()
        plans.make(PlanBuilder(to: Self.desired(450), ownership: Ownership()), for: Self.client)
        #expect(plans.waiting == [Self.client])
        var isMade = plans.advance(for: Self.client, &mirror, count: 200)
        #expect(isMade == false)
        let early = plans.nextPart(for: Self.client)
        #expect(early == nil)
        while isMade == false { isMade = plans.advance(for: Self.client, &mirror, count: 200) }
        #expect(isMade == true && plans.waiting.isEmpty && plans.isSending(to: Self.client))
        var counts: [Int] = []
        while let (reply, continues) = plans.nextPart(for: Self.client) {
            counts.append(reply.steps.count)
            #expect(continues == (counts.reduce(0, +) < 450))
        }
        #expect(counts == [200, 200, 50])
        #expect(!plans.isSending(to: Self.client))
    }

    @Test func warningsComeWithTheFirstPartAlone() {
        var plans = PlanJobs()
        let steps = Plan(from: Mirror(), to: Self.desired(201), ownership: Ownership()).steps
        plans.awaitFile(for: Self.client)
        #expect(plans.waiting == [Self.client])
        plans.send(steps, nil, warnings: ["odd"], to: Self.client)
        let first = plans.nextPart(for: Self.client)
        let second = plans.nextPart(for: Self.client)
        #expect(first?.reply.warnings == ["odd"] && second?.reply.warnings == nil)
        #expect(second?.continues == false)
    }

    @Test func aClientThatGoesLeavesNothing() {
        var plans = PlanJobs()
        var mirror = Mirror()
        plans.awaitFile(for: Self.client)
        plans.make(PlanBuilder(to: Self.desired(3), ownership: Ownership()), for: Self.other)
        plans.remove(Self.client, &mirror)
        plans.remove(Self.other, &mirror)
        #expect(plans.waiting.isEmpty)
        let made = plans.advance(for: Self.other, &mirror, count: 10)
        #expect(made == nil)
    }

    @Test func whatWasHeldIsResumedOnce() {
        var plans = PlanJobs()
        plans.hold()
        let resumed = [plans.resume(), plans.resume()]
        #expect(resumed == [true, false])
    }
}
