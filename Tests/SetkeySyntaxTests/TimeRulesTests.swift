import IPsec
import Testing

@testable import SetkeySyntax

/// What the rules say of declarations that hold for a time.
struct TimeRulesTests {
    private func state(_ text: String) -> DesiredState {
        var parser = Parser(SourceText(name: "t", bytes: Array(text.utf8)))
        var evaluation = DesiredState.Evaluation()
        while let statement = parser.next() { evaluation.add(statement, from: 0) }
        #expect(parser.diagnostics.isEmpty && evaluation.diagnostics.isEmpty)
        return evaluation.finish()
    }

    private func remarks(_ text: String, now: Int = 0, skew: Int = 300, only code: RuleCode) -> [String] {
        let source = SourceText(name: "t", bytes: Array(text.utf8))
        return FileRules.remarks(on: state(text), clock: RuleClock(now: now, skew: skew))
            .filter { $0.diagnostic.code == code }
            .map { String(source.render($0.diagnostic).dropFirst(2).prefix { $0 != "\n" }) }
    }

    /// At so many hours after midnight.
    private static func at(_ hours: Int, _ minutes: Int = 0) -> String {
        "\(CalendarTime(hours * 3600 + minutes * 60))"
    }

    private static func out(_ spi: Int, _ times: String) -> String {
        "add 192.0.2.1 192.0.2.2 esp \(spi) \(times) -E null -A hmac-md5 \"123456789012\(spi)\" ;\n"
    }

    private static func inbound(_ spi: Int, _ times: String) -> String {
        "add 192.0.2.2 192.0.2.1 esp \(spi) \(times) -E null -A hmac-md5 \"123456789012\(spi)\" ;\n"
    }

    private static let policies = """
        spdadd 192.0.2.1 192.0.2.2 any -P out ipsec esp/transport//require ;
        spdadd 192.0.2.2 192.0.2.1 any -P in ipsec esp/transport//require ;

        """

    @Test func aTimeWithoutAnSAIsTold() {
        let file =
            Self.policies + Self.out(3001, "-until \(Self.at(5))") + Self.out(3002, "-from \(Self.at(6))")
            + Self.inbound(3003, "")
        let message =
            "1:1: warning: no SA of this file fits esp/transport//require from 1970-01-01T05:00:00Z until "
            + "1970-01-01T06:00:00Z; let the SA before it end later, or the next one begin earlier [uncovered-time]"
        #expect(remarks(file, only: .uncoveredTime) == [message])
        // What has been is of no interest, and what is begun is.
        #expect(remarks(file, now: 21_600, only: .uncoveredTime).isEmpty)
        #expect(remarks(file, now: 21_599, only: .uncoveredTime) == [message])
        #expect(remarks(file, only: .noSAForPolicy).isEmpty)
    }

    @Test func timesThatMeetOrOverlapAreCovered() {
        let file =
            Self.policies + Self.out(3001, "-until \(Self.at(5))")
            + Self.out(3002, "-from \(Self.at(5)) -until \(Self.at(7))")
            + Self.out(3003, "-from \(Self.at(6))") + Self.inbound(3004, "")
        #expect(remarks(file, only: .uncoveredTime).isEmpty)
    }

    @Test func aPolicyThatHoldsForATimeNeedsItsSAForThatTime() {
        let policy =
            "spdadd 192.0.2.1 192.0.2.2 any -from \(Self.at(2)) -until \(Self.at(4)) -P out ipsec esp/transport//require ;\n"
        #expect(
            remarks(policy + Self.out(3001, "-from \(Self.at(1)) -until \(Self.at(4))"), only: .uncoveredTime).isEmpty)
        #expect(
            remarks(policy + Self.out(3001, "-from \(Self.at(3))"), only: .uncoveredTime).first?.contains(
                "from 1970-01-01T02:00:00Z until 1970-01-01T03:00:00Z") == true)
        // Never at all is another rule's.
        #expect(remarks(policy + Self.inbound(3001, ""), only: .uncoveredTime).isEmpty)
        #expect(remarks(policy + Self.inbound(3001, ""), only: .noSAForPolicy).count == 1)
    }

    @Test func theEndOfTheLastSAIsALoss() {
        let state = state(
            Self.policies + Self.out(3001, "-until \(Self.at(5))") + Self.inbound(3002, "-until \(Self.at(4))"))
        #expect(state.losses.map(\.during.from) == [4 * 3600, 5 * 3600])
        #expect(state.losses.map(\.policy.entry.identity.direction) == [.inbound, .outbound])
        #expect(state.at(6 * 3600).losses.count == 2)
    }

    @Test func aPolicyThatEndsIsTold() {
        func policy(_ times: String, _ action: String = "discard") -> String {
            "spdadd 192.0.2.1 192.0.2.2 any \(times) -P out \(action) ;\n"
        }
        let (early, late) = ("-until \(Self.at(5))", "-from \(Self.at(5))")
        #expect(
            remarks(policy(early), only: .policyEnds).first?.hasPrefix(
                "1:1: warning: from 1970-01-01T05:00:00Z on its packets pass in clear") == true)
        #expect(remarks(policy(early), now: 18_000, only: .policyEnds).isEmpty)
        #expect(remarks(policy(early) + policy(late), only: .policyEnds).isEmpty)
        #expect(remarks(policy(early) + policy("-from \(Self.at(6))"), only: .policyEnds).count == 1)
        #expect(remarks(policy(early, "none"), only: .policyEnds).isEmpty)
        #expect(remarks(policy(late), only: .policyEnds).isEmpty)
    }

    // MARK: Pairs

    private static func roll(receiveFrom: Int, receiveUntil: Int) -> String {
        policies + out(3001, "-until \(at(12))") + out(3002, "-from \(at(12))")
            + inbound(4001, "-until \(CalendarTime(12 * 3600 + receiveUntil))")
            + inbound(4002, "-from \(CalendarTime(12 * 3600 - receiveFrom))")
    }

    @Test(arguments: [
        (300, 300, 300, 0), (299, 300, 300, 1), (300, 299, 300, 1), (-1, 0, 300, 2), (60, 60, 60, 0), (60, 60, 61, 2),
        (0, 0, 0, 0),
    ])
    func whatReceivesMustBeThereBeforeAndStayLonger(_ before: Int, _ after: Int, _ skew: Int, _ count: Int) {
        let file = Self.roll(receiveFrom: before, receiveUntil: after)
        #expect(remarks(file, skew: skew, only: .shortOverlap).count == count)
    }

    /// The one that begins late is there, and the other end has stopped sending by the one that has ended early.
    @Test(arguments: [(0, 2), (12 * 3600 - 11, 2), (12 * 3600 - 10, 1), (12 * 3600 + 299, 1), (12 * 3600 + 300, 0)])
    func whatHasBeenShortIsOfNoInterest(_ now: Int, _ count: Int) {
        #expect(remarks(Self.roll(receiveFrom: 10, receiveUntil: 10), now: now, only: .shortOverlap).count == count)
    }

    @Test func aShortOverlapNamesBothTimes() {
        let told = remarks(Self.roll(receiveFrom: 10, receiveUntil: 400), only: .shortOverlap)
        #expect(
            told == [
                "6:1: warning: esp 192.0.2.1 spi 0xfa2 receives from 1970-01-01T11:59:50Z, and the other end sends by it "
                    + "from 1970-01-01T12:00:00Z; let it begin 300 s earlier than that, by which clocks may differ "
                    + "[short-overlap]"
            ])
    }

    @Test func anSAThatStopsReceivingWhileTheOtherEndSendsIsTold() {
        let file = Self.policies + Self.out(3001, "") + Self.inbound(3002, "-until \(Self.at(9))")
        #expect(remarks(file, only: .shortOverlap).first?.contains("sends by it without an end") == true)
        // Without times there is nothing to say.
        #expect(remarks(Self.policies + Self.out(3001, "") + Self.inbound(3002, ""), only: .shortOverlap).isEmpty)
    }

    /// Policies for both ways do not say which SAs receive here; another one may.
    @Test func whatReceivesIsNotKnownOfPoliciesForBothWays() {
        let both = "spdadd 192.0.2.0/24 192.0.2.0/24 any -P out"
        let one = "spdadd 192.0.2.1 192.0.2.2 any -P out"
        func file(_ overlap: Int) -> String {
            Self.roll(receiveFrom: overlap, receiveUntil: overlap).replacing(one, with: both)
        }
        #expect(remarks(file(300), only: .shortOverlap).isEmpty)
        #expect(remarks(file(10), only: .shortOverlap).isEmpty)
        let telling = "\(one) ipsec esp/transport//require ;\n"
        #expect(remarks(file(300) + telling, only: .shortOverlap).isEmpty)
        #expect(remarks(file(10) + telling, only: .shortOverlap).count == 2)
    }

    // MARK: One SPI

    private static func keyed(_ spi: Int, _ times: String, _ key: String, _ clauses: String = "") -> String {
        "add 192.0.2.1 192.0.2.2 esp \(spi) \(times) \(clauses) -E null -A hmac-md5 \"\(key)\" ;\n"
    }

    @Test func aRollUnderOneSPILosesPacketsInFlight() {
        let (one, other) = ("1234567890123456", "6543210987654321")
        let early = Self.keyed(3001, "-until \(Self.at(5))", one)
        func told(_ next: String, now: Int = 0) -> [String] { remarks(early + next, now: now, only: .rollUnderOneSPI) }
        let next = Self.keyed(3001, "-from \(Self.at(5))", other)
        #expect(
            told(next) == [
                "2:1: warning: at 1970-01-01T05:00:00Z esp 192.0.2.2 spi 0xbb9 gets other keys under its SPI, and packets in "
                    + "flight are lost; give it an SPI of its own, and let it begin before the other one ends "
                    + "[roll-under-one-spi]"
            ])
        // What has been is of no interest.
        #expect(told(next, now: 5 * 3600 - 1).count == 1 && told(next, now: 5 * 3600).isEmpty)
        // Nor is an SPI of its own, a pause in which nobody sends, or a declaration in two parts.
        #expect(told(Self.keyed(3002, "-from \(Self.at(5))", other)).isEmpty)
        #expect(told(Self.keyed(3001, "-from \(Self.at(6))", other)).isEmpty)
        #expect(told(Self.keyed(3001, "-from \(Self.at(5))", one, "-lh 3600")).isEmpty)
        // The former one may come later in the file.
        #expect(remarks(next + early, only: .rollUnderOneSPI).count == 1)
    }

    /// Nobody knows whether they are the same key.
    @Test func keysThatWereNotReadAreTakenToBeOthers() throws {
        let text = [("-until", "a"), ("-from", "b")].map { time, name in
            "add 192.0.2.1 192.0.2.2 esp 3001 \(time) \(Self.at(5)) -E null -A hmac-md5 @\(name) ;\n"
        }.joined()
        var parser = Parser(Array(text.utf8), options: ParserOptions(credentials: .unread))
        var evaluation = DesiredState.Evaluation()
        while let statement = parser.next() { evaluation.add(statement, from: 0) }
        let codes = FileRules.remarks(on: evaluation.finish(), clock: RuleClock(now: 0)).map(\.diagnostic.code)
        #expect(codes.contains(.rollUnderOneSPI))
    }

    // MARK: Groups

    private static func member(_ spi: Int, _ clauses: String) -> String {
        "add :: ff02::5 ah \(spi) -r 0 \(clauses) -A hmac-sha1 \"1234567890123456\(spi)\" ;\n"
    }

    @Test func aGroupIsSwitchedByItsPolicies() {
        let early = "-until \(Self.at(13))", late = "-from \(Self.at(11))"
        #expect(remarks(Self.member(3001, early) + Self.member(3002, late), only: .groupWithoutSwitch).count == 1)
        let policies = [(1, "-until \(Self.at(12))"), (2, "-from \(Self.at(12))")].map { number, times in
            "spdadd fe80::/10 ff02::5 89 \(times) -P out ipsec ah/transport//unique:\(number) ;\n"
        }.joined()
        let file = policies + Self.member(3001, "-u 1 \(early)") + Self.member(3002, "-u 2 \(late)")
        #expect(remarks(file, only: .groupWithoutSwitch).isEmpty)
        #expect(remarks(file, only: .uncoveredTime).isEmpty)
        // The two policies are of one selector, and never together.
        #expect(remarks(file, only: .overlappingPolicies).isEmpty)
    }

    @Test func aKeyThatIsUsedAgainLaterIsToldOf() {
        let key = "-E null -A hmac-md5 \"1234567890123456\" ;\n"
        let file =
            "add 192.0.2.1 192.0.2.2 esp 3001 -until \(Self.at(5)) \(key)"
            + "add 192.0.2.1 192.0.2.2 esp 3002 -from \(Self.at(5)) \(key)"
        #expect(remarks(file, only: .sharedKey).first?.contains("warning: this SA has a key of esp") == true)
        // One name may be declared in two parts.
        #expect(
            remarks(file.replacing("3002", with: "3001"), only: .sharedKey).first?.contains(
                "2:1: note: this SA keeps a key that it has at another time") == true)
    }
}
