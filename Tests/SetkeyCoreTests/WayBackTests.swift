import SetkeySyntax
import Testing

@testable import SetkeyCore

/// The way back from the last reload. A state is told apart by when it ended.
struct WayBackTests {
    private static let (file, other) = (Fingerprint(rawValue: 7), Fingerprint(rawValue: 8))

    private static func state(_ number: Int) -> FormerState { FormerState(declared: .empty, endedAt: number) }

    private static func moment(_ seconds: Int) -> Instant {
        Instant(seconds: seconds, microseconds: 0, monotonic: UInt64(seconds) * 1_000_000_000)
    }

    private static func record(_ status: ConfirmationRecord.Status, deadline: Int) -> ConfirmationRecord {
        ConfirmationRecord(status: status, seconds: 60, deadline: deadline, fingerprint: file, endedAt: 1)
    }

    /// `keep 3`, `waiting 7 160`, `reverted 7 100`, `forget`.
    private static func words(_ changes: [StateChange]) -> [String] {
        changes.map { change in
            switch change {
            case .keep(let state): "keep \(state.endedAt)"
            case .confirm(let record): "\(record.status) \(record.fingerprint.rawValue) \(record.deadline)"
            case .forget: "forget"
            case .append, .rewrite: "ownership"
            case .turnOff, .turnOn: "switch"
            }
        }
    }

    /// After a reload from state 1 that must be confirmed until 160.
    private static func waiting() -> WayBack {
        var way = WayBack()
        _ = way.settle(file, confirmedWithin: 60, wayBackTo: state(1), at: moment(100))
        return way
    }

    @Test func aReloadOpensTheWayToTheStateBeforeIt() {
        var way = WayBack()
        #expect(way.begin() == nil)
        #expect(way.state(before: Self.state(1)).endedAt == 1)
        #expect(
            way.changes(before: Self.file, confirmedWithin: nil, wayBackTo: Self.state(1), at: Self.moment(100)).isEmpty
        )
        let settled = way.settle(Self.file, confirmedWithin: nil, wayBackTo: Self.state(1), at: Self.moment(100))
        #expect(settled.change == nil && !settled.isTimeBegun)
        #expect(way.former?.endedAt == 1 && way.confirmation == nil)
        // One that changes nothing leaves it, and begins no time.
        let again = way.settle(Self.file, confirmedWithin: 60, wayBackTo: nil, at: Self.moment(100))
        #expect(again.change == nil && !again.isTimeBegun)
        #expect(way.former?.endedAt == 1 && way.confirmation == nil)
    }

    @Test func aReloadThatMustBeConfirmedIsWrittenDownBefore() {
        var way = WayBack()
        let before = way.changes(
            before: Self.file, confirmedWithin: 60, wayBackTo: Self.state(1), at: Self.moment(100))
        #expect(Self.words(before) == ["keep 1", "waiting 7 160"])
        #expect(Self.words(way.changes(withdrawing: Self.state(1), confirmedWithin: 60)) == ["forget"])
        let settled = way.settle(Self.file, confirmedWithin: 60, wayBackTo: Self.state(1), at: Self.moment(102))
        #expect(Self.words(settled.change.map { [$0] } ?? []) == ["waiting 7 162"] && settled.isTimeBegun)
        #expect(way.confirmation?.secondsLeft(at: Self.moment(103)) == 59)
    }

    @Test func theTimeEndsOnce() {
        var way = Self.waiting()
        #expect(way.takeOverdue(at: Self.moment(159)) == nil)
        #expect(way.takeOverdue(at: Self.moment(160))?.record.fingerprint == Self.file)
        #expect(way.takeOverdue(at: Self.moment(161)) == nil)
        // A reload that is still under way goes back together with it.
        #expect(way.state(before: Self.state(2)).endedAt == 1)
        // If that is not carried out, what leads back stays written down until one has gone back.
        #expect(way.changes(withdrawing: Self.state(1), confirmedWithin: 60).isEmpty)
        #expect(way.confirm() == nil)
        #expect(way.former?.endedAt == 1)
    }

    @Test func confirmingKeepsTheWayAndForgetsWhatWasWrittenDown() {
        var way = Self.waiting()
        #expect(Self.words(way.confirm().map { [$0] } ?? []) == ["forget"])
        #expect(way.confirm() == nil && way.confirmation == nil)
        #expect(way.former?.endedAt == 1)
    }

    @Test func whileAConfirmationIsPendingTheStateBeforeItStays() {
        var way = Self.waiting()
        #expect(way.state(before: Self.state(2)).endedAt == 1)
        // The time runs on for another file.
        let before = way.changes(
            before: Self.other, confirmedWithin: nil, wayBackTo: Self.state(1), at: Self.moment(110))
        #expect(Self.words(before) == ["waiting 8 160"])
        #expect(Self.words(way.changes(withdrawing: Self.state(1), confirmedWithin: nil)) == ["waiting 7 160"])
        let settled = way.settle(Self.other, confirmedWithin: nil, wayBackTo: Self.state(1), at: Self.moment(110))
        #expect(Self.words(settled.change.map { [$0] } ?? []) == ["waiting 8 160"] && !settled.isTimeBegun)
        #expect(way.confirmation?.secondsLeft(at: Self.moment(110)) == 50)
        // Or it begins anew, even with a reload that changes nothing.
        let again = way.settle(Self.other, confirmedWithin: 30, wayBackTo: nil, at: Self.moment(120))
        #expect(Self.words(again.change.map { [$0] } ?? []) == ["waiting 8 150"] && again.isTimeBegun)
        #expect(way.former?.endedAt == 1)
    }

    @Test func aFileThatIsRolledBackIsRememberedUntilItIsWantedAgain() {
        var way = Self.waiting()
        #expect(way.begin()?.endedAt == 1)
        #expect(way.confirmation == nil)
        #expect(Self.words(way.rollBack(Self.file, at: Self.moment(130))) == ["keep 1", "reverted 7 130"])
        #expect(way.end()?.endedAt == 1)
        #expect(way.former == nil && way.begin() == nil)
        #expect(way.wasRolledBack(Self.file) && !way.wasRolledBack(Self.other))
        let before = way.changes(
            before: Self.file, confirmedWithin: nil, wayBackTo: Self.state(2), at: Self.moment(140))
        #expect(Self.words(before) == ["forget"])
        let withdrawn = way.changes(withdrawing: Self.state(2), confirmedWithin: nil)
        #expect(Self.words(withdrawn) == ["keep 2", "reverted 7 130"])
        let settled = way.settle(Self.file, confirmedWithin: nil, wayBackTo: Self.state(2), at: Self.moment(140))
        #expect(Self.words(settled.change.map { [$0] } ?? []) == ["forget"])
        #expect(!way.wasRolledBack(Self.file) && way.former?.endedAt == 2)
    }

    @Test func whatTheLastDaemonLeftIsTakenOver() {
        var way = WayBack()
        way.restore(Self.record(.waiting, deadline: 160), Self.state(1), at: Self.moment(130))
        #expect(way.confirmation?.secondsLeft(at: Self.moment(130)) == 30)
        way.restore(Self.record(.waiting, deadline: 160), Self.state(1), at: Self.moment(160))
        #expect(way.confirmation == nil && way.former?.endedAt == 1)
        #expect(way.forgetRollback().isEmpty)
        way.restore(Self.record(.reverted, deadline: 160), Self.state(1), at: Self.moment(200))
        #expect(way.wasRolledBack(Self.file) && way.former?.endedAt == 1)
        #expect(Self.words(way.forgetRollback()) == ["forget"])
        #expect(way.former == nil && !way.wasRolledBack(Self.file))
    }
}
