import Testing

@testable import SetkeySyntax

/// Moments as people write them.
struct CalendarTimeTests {
    private func seconds(_ text: String) -> Int? { CalendarTime(parsing: text.utf8)?.seconds }

    // Made with date(1): date -u -d TEXT +%s
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-11-28T19:30:05Z", 1_795_894_205), ("2024-02-29T00:00:00Z", 1_709_164_800),
        ("2100-03-01T00:00:00Z", 4_107_542_400), ("9999-12-31T23:59:59Z", 253_402_300_799),
        ("2038-01-19T03:14:08Z", 2_147_483_648),
    ])
    func aTimeIsWrittenAndReadBack(_ text: String, _ value: Int) {
        #expect(seconds(text) == value)
        #expect("\(CalendarTime(value))" == text)
    }

    @Test(arguments: [
        ("2026-12-01T02:00:00+02:00", "2026-12-01T00:00:00Z"), ("2026-11-30T18:30:00-05:30", "2026-12-01T00:00:00Z"),
        ("2026-12-01Z", "2026-12-01T00:00:00Z"), ("2026-12-01 00:00Z", "2026-12-01T00:00:00Z"),
        ("2026-12-01t00:00z", "2026-12-01T00:00:00Z"), ("2026-12-01T00:00:00-00:00", "2026-12-01T00:00:00Z"),
    ])
    func otherFormsMeanTheSame(_ text: String, _ standard: String) {
        #expect(CalendarTime(parsing: text.utf8).map { "\($0)" } == standard)
    }

    @Test(arguments: [
        "", "2026", "2026-12-01", "2026-12-01T00:00:00", "2026-13-01Z", "2026-00-01Z", "2026-02-29Z", "2026-12-32Z",
        "2026-12-01T24:00Z", "2026-12-01T00:60Z", "2026-12-01T00:00:60Z", "2026-12-01T0:00Z", "2026-12-01T00:00:00.5Z",
        "2026-12-01T00:00:00Zx", "2026-12-01T00:00:00+0100", "1969-12-31T23:59:59Z", "26-12-01Z", "+026-12-01Z",
        "1970-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "2026-12-01TZ",
    ])
    func whatIsNoTimeIsRefused(_ text: String) { #expect(seconds(text) == nil) }

    @Test func everyMomentIsReadAsItIsWritten() throws {
        var random = SystemRandomNumberGenerator()
        var last = -1
        for moment in (0..<20_000).map({ _ in Int.random(in: CalendarTime.range, using: &random) }).sorted() {
            let text = "\(CalendarTime(moment))"
            #expect(seconds(text) == moment)
            #expect(moment >= last)
            last = moment
        }
    }
}
