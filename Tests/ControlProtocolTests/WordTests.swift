import Testing

@testable import ControlProtocol

/// Words of a peer of another version: they are no errors, and are passed on as they came.
@Suite struct WordTests {
    @Test func wordsOfTheSetAreKnownAndOthersStayWhatTheyAre() throws {
        #expect(Word<PlanChange>(rawValue: "replace") == .known(.replace))
        #expect(Word<PlanChange>(rawValue: "moved") == .unknown("moved"))
        #expect("\(Word<DriftPolicy>.known(.report)) \(Word<DriftPolicy>.unknown("ask"))" == "report ask")
        let json = #"["add","moved"]"#
        let words = try [Word<PlanChange>](from: JSONDecoding(JSONScanner.nodes(of: Array(json.utf8).span)))
        var again: [UInt8] = []
        try again.append(json: words)
        #expect(String(decoding: again, as: UTF8.self) == json)
    }

    @Test(arguments: [
        ("missing", PlanReason.missing, "missing"), ("stale", .stale, "no longer declared"),
        ("differs(mode)", .differs(["mode"]), "mode differs"),
        ("differs(mode, key, flags)", .differs(["mode", "key", "flags"]), "mode, key and flags differ"),
        ("moved(a)", .unknown("moved(a)"), "moved(a)"), ("differs(", .unknown("differs("), "differs("),
    ])
    func reasonsAreReadAndSaid(text: String, reason: PlanReason, phrase: String) {
        #expect(PlanReason(rawValue: text) == reason)
        #expect(reason.rawValue == text && reason.phrase == phrase)
    }

    @Test func anEventOfANewerDaemonIsAnotherOne() throws {
        let frame = #"{"parameters":{"event":"renamed","seconds":1,"microseconds":2,"text":"t"},"continues":true}"#
        var expected = MonitorReply(event: .other, seconds: 1, microseconds: 2)
        expected.text = "t"
        let reply = try IncomingReply(frame: Array(frame.utf8), to: .monitor)
        #expect(reply == .reply(.monitor(expected), continues: true))
    }
}
