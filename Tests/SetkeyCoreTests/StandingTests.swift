import IPsec
import Testing

@testable import SetkeyCore

struct StandingTests {
    private static let last = LastTransition(time: 5, outcome: "the outcome")

    /// `ready NEWS`, `failed 22 NEWS`, `status NEWS`.
    private static func words(_ effect: Effect?) -> String? {
        switch effect {
        case .ready(let status): "ready \(status)"
        case .startFailed(let errno, let status): "failed \(errno.rawValue) \(status)"
        case .status(let status): "status \(status)"
        default: nil
        }
    }

    @Test func aStartThatFailsIsToldOnceAndWhatFollowsIsNoStart() {
        var standing = Standing()
        #expect(standing.trouble == "starting" && !standing.isReady)
        #expect(
            Self.words(standing.end(Self.last, failedWith: .noEntry, status: "stands so")) == "failed 2 the outcome")
        #expect(standing.isReady && standing.last?.time == 5)
        #expect(Self.words(standing.end(Self.last, failedWith: .noEntry, status: "stands so")) == "ready stands so")
    }

    @Test func onlyNewsIsTold() {
        var standing = Standing()
        #expect(standing.news("early") == nil)
        #expect(Self.words(standing.end(Self.last, failedWith: nil, status: "settled")) == "ready settled")
        #expect(standing.news("settled") == nil)
        #expect(Self.words(standing.news("drifted")) == "status drifted")
        #expect(standing.news("drifted") == nil)
    }

    @Test func aStartIsPutOffAndALaterTransitionIsNot() {
        var standing = Standing()
        #expect(Self.words(standing.putOff("cannot read")) == "status cannot read")
        #expect(standing.trouble == "cannot read")
        _ = standing.end(Self.last, failedWith: nil, status: "settled")
        standing.settle()
        #expect(standing.putOff("cannot read") == nil && standing.trouble == nil)
        standing.hinder("refused")
        #expect(standing.trouble == "refused")
    }
}
