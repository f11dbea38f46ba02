import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// What is suspect, what has drifted, and how often it is put back.
struct DriftWatchTests {
    private static let second: UInt64 = 1_000_000_000

    private static func steps(_ spis: ClosedRange<Int>) -> [Step] {
        let text = spis.map { "add 1.1.1.1 2.2.2.2 esp \($0) -E null ;" }.joined()
        return ForeignProgram.statements(text).compactMap {
            guard case .add(let association) = $0.kind else { return nil }
            return Step(change: .add(association), reason: .missing, origin: nil)
        }
    }

    @Test func aCheckIsDueAWhileAfterTheFirstSign() throws {
        let name = try #require(Self.steps(300...300).first).change.entry
        var watch = DriftWatch()
        #expect(!watch.isDue(at: .max))
        watch.suspect(name, author: "deleted by me", at: Self.second)
        watch.suspectEverything(at: 2 * Self.second)
        let moment = try #require(watch.checkAt)
        #expect(moment > Self.second && moment < 2 * Self.second && watch.isDue(at: moment))
        #expect(watch.takeSuspects() == nil)
        #expect(watch.takeSuspects() == [:])
        #expect(!watch.isDue(at: .max))
    }

    @Test func whatIsSuspectIsToldWithItsAuthor() throws {
        let name = try #require(Self.steps(300...300).first).change.entry
        var watch = DriftWatch()
        watch.suspect(name, author: "added by me", at: 0)
        watch.suspect(name, author: "deleted by you", at: 0)
        #expect(watch.takeSuspects() == [name: "deleted by you"])
    }

    @Test func theFirstWhoFlushesIsTold() {
        var watch = DriftWatch()
        watch.flushed(by: "me", at: 0)
        watch.flushed(by: "another program", at: 0)
        #expect(watch.flusher == "me" && watch.suspectsEverything)
        watch.endTreating()
        #expect(watch.flusher == nil)
    }

    @Test func afterThreeRepairsInAMinuteItIsGivenUpOnce() throws {
        let step = try #require(Self.steps(300...300).first)
        var watch = DriftWatch()
        watch.found(step)
        let decisions = (0..<5).map { watch.treat(step.change.entry, at: $0 * Self.second) }
        #expect(decisions == [.repair, .repair, .repair, .giveUp, .leave])
        #expect(watch.givenUpCount == 1 && watch.drifted.count == 1)
        // When it is as declared again, so it is when it drifts for the next time.
        watch.look(at: [step.change.entry])
        #expect(watch.givenUpCount == 0 && watch.drifted.isEmpty)
        #expect(watch.treat(step.change.entry, at: 100 * Self.second) == .repair)
    }

    @Test func aSurveyReplacesWhatWasKnown() {
        let steps = Self.steps(300...302)
        var watch = DriftWatch()
        watch.found(steps[0])
        watch.foundInSurvey(steps[1])
        watch.foundInSurvey(steps[2])
        #expect(watch.drifted.count == 1)
        watch.endSurvey()
        #expect(watch.drifted.count == 2 && watch.drifted[steps[0].change.entry] == nil)
        #expect(watch.drifted.missing.associations == 2)
    }

    @Test func aRepairThatFailedIsTriedAgainLater() throws {
        let step = try #require(Self.steps(300...300).first)
        var watch = DriftWatch()
        watch.repaired(step, isDone: false)
        watch.endRepair(restored: 1, unfinished: true, at: 0)
        #expect(watch.drifted.count == 1 && !watch.isDue(at: Self.second) && watch.isDue(at: 10 * Self.second))
        #expect(watch.takeSuspects() == [step.change.entry: ""])
        watch.repaired(step, isDone: true)
        watch.endRepair(restored: 1, unfinished: false, at: 0)
        #expect(watch.drifted.isEmpty && watch.checkAt == nil)
    }
}
