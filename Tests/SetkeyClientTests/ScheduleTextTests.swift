import ControlProtocol
import Testing

@testable import SetkeyClient

/// What `--schedule` prints.
struct ScheduleTextTests {
    private static let changes = [
        ScheduledStep(time: 1_800_000_000, change: .known(.begins), statement: "add a ;", location: "f:1:1"),
        ScheduledStep(time: 1_800_000_000, change: .known(.ends), statement: "add b ;", location: "f:2:1"),
    ]

    @Test func momentsAreToldFromNow() {
        let text = ScheduleText.text(ScheduleReply(changes: Self.changes, time: 1_799_996_400))
        #expect(text == "2027-01-15T08:00:00Z, in 1:00:00\n  + add a ;\n    f:1:1\n  - add b ;\n    f:2:1\n")
        #expect(ScheduleText.text(ScheduleReply(changes: [], time: 0)) == "nothing begins or ends\n")
    }

    @Test func ofTheFileBeforeNobodyKnowsThePlaces() {
        var steps = Self.changes
        steps[0].location = ""
        let text = ScheduleText.text(ScheduleReply(changes: steps, time: 1_799_996_400))
        #expect(text.contains("  + add a ;\n    in the file before the one that was rolled back\n"))
    }

    @Test func byAClockThatIsNotBelievedNobodyKnowsHowLongItIs() {
        let doubted = ScheduleReply(changes: Self.changes, time: 1000, clockDoubt: "the clock says 1970: set it")
        #expect(
            ScheduleText.text(doubted) == """
                the clock says 1970: set it
                until then, nothing of this begins or ends:

                2027-01-15T08:00:00Z
                  + add a ;
                    f:1:1
                  - add b ;
                    f:2:1

                """)
        let nothing = ScheduleReply(changes: [], time: 1000, clockDoubt: "the clock says 1970: set it")
        #expect(
            ScheduleText.text(nothing) == "the clock says 1970: set it\nuntil then, nothing begins or ends\n")
    }
}
