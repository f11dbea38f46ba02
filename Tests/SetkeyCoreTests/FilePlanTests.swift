import ControlProtocol
import SetkeySyntax
import Testing

@testable import SetkeyCore

/// For whom the plan of the file is made.
struct FilePlanTests {
    private static let (first, second, third) = (
        ClientID(rawValue: 1), ClientID(rawValue: 2), ClientID(rawValue: 3)
    )

    @Test func whoComesLaterWaitsForTheNextOne() {
        var plan = FilePlan()
        #expect(!plan.isDue)
        plan.want(Self.first)
        #expect(plan.isDue)
        plan.begin()
        plan.want(Self.second)
        #expect(!plan.isDue && plan.number == 1)
        plan.end(with: .invalid(["wrong"]))
        #expect(plan.takeResults().map(\.clients) == [[Self.first]])
        #expect(plan.takeResults().isEmpty)
        #expect(plan.isDue)
    }

    @Test func aPlanThatIsPostponedIsMadeForTheSameClients() {
        var plan = FilePlan()
        plan.want(Self.first)
        plan.begin()
        plan.want(Self.second)
        plan.postpone()
        #expect(plan.isIdle && plan.isDue)
        plan.begin()
        #expect(plan.number == 2)
        #expect(plan.giveUp() == [Self.first, Self.second])
    }

    @Test func theLastOneWhoLeavesEndsIt() {
        var plan = FilePlan()
        plan.want(Self.first)
        plan.want(Self.second)
        plan.begin()
        plan.want(Self.third)
        let isNobodyLeft = [Self.first, Self.third, Self.second].map { plan.leave($0) }
        #expect(isNobodyLeft == [false, false, true])
        plan.giveUp()
        #expect(!plan.isDue)
    }

    @Test func nobodyIsLeftWhenAllAreGivenUp() {
        var plan = FilePlan()
        plan.want(Self.first)
        plan.begin()
        plan.want(Self.second)
        plan.giveUpAll()
        #expect(plan.isIdle && !plan.isDue && plan.takeResults().isEmpty)
    }

    @Test func theBuilderIsTakenOutAndPutBack() throws {
        var plan = FilePlan()
        plan.want(Self.first)
        plan.begin()
        let none = plan.takeBuilder()
        #expect(none == nil)
        plan.go(on: PlanBuilder(to: .empty, ownership: Ownership()), nil, warnings: ["odd"])
        let taken = plan.takeBuilder()
        let (builder, locate, warnings) = try #require(taken)
        #expect(warnings == ["odd"])
        plan.go(on: builder, locate, warnings: warnings)
        #expect(!plan.isIdle)
    }
}
