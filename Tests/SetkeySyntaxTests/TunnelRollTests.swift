import IPsec
import Testing

@testable import SetkeySyntax

/// How the SAs of a tunnel give way to new ones.
struct TunnelRollTests {
    private static let policies = """
        spdadd 10.1.0.0/24 10.2.0.0/24 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique:7 ;
        spdadd 10.2.0.0/24 10.1.0.0/24 any -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/unique:7 ;

        """

    private static func add(_ spi: Int, back: Bool = false, _ clauses: String = "-u 7") -> String {
        "add \(back ? "192.0.2.2 192.0.2.1" : "192.0.2.1 192.0.2.2") esp \(spi) -m tunnel \(clauses) "
            + "-E aes-cbc 0x000102030405060708090a0b0c0d0e0f ;\n"
    }

    private static let tunnel = policies + add(0x1001) + add(0x1002, back: true)

    private func state(_ text: String) -> DesiredState {
        var parser = Parser(SourceText(name: "t", bytes: Array(text.utf8)), options: ParserOptions(traits: .xfrm))
        var evaluation = DesiredState.Evaluation()
        while let statement = parser.next() { evaluation.add(statement, from: 0) }
        #expect(parser.diagnostics.isEmpty && evaluation.errorCount == 0)
        return evaluation.finish()
    }

    private func roll(_ text: String, _ spi: UInt32, isPeer: Bool = false) throws(TunnelRoll.Failure) -> TunnelRoll {
        try TunnelRoll(of: state(text), spi: SPI(rawValue: spi), at: 1_000_000, overlap: 3600, isPeer: isPeer)
    }

    @Test(arguments: [UInt32(0x1001), 0x1002]) func bothDirectionsAreRolledWhicheverIsNamed(_ spi: UInt32) throws {
        let successions = try roll(Self.tunnel, spi).successions
        #expect(successions.map(\.former.entry.identity.spi.rawValue) == [0x1001, 0x1002])
        #expect(successions.map(\.next.identity.spi.rawValue) == [0x1003, 0x1004])
        #expect(successions.map(\.isSent) == [true, false])
        #expect(successions.map(\.begin) == [1_000_000, 996_400])
        #expect(successions.map(\.end) == [1_000_000, 1_003_600])
        #expect(successions[0].next.reqID == ReqID(rawValue: 7) && successions[0].next.mode == .tunnel)
    }

    @Test func theOtherEndHasTheSameSPIsAndReceivesWhatIsSentHere() throws {
        let (here, there) = (
            try roll(Self.tunnel, 0x1001).successions, try roll(Self.tunnel, 0x1001, isPeer: true).successions
        )
        #expect(here.map(\.next.identity) == there.map(\.next.identity))
        #expect(there.map(\.isSent) == [false, true])
        #expect(there.map(\.end) == [1_003_600, 1_000_000])
    }

    /// What is printed, taken together, is a file without gaps, and with overlaps that are long enough.
    @Test(arguments: [false, true]) func whatComesOfItHasNoGap(_ isPeer: Bool) throws {
        let successions = try roll(Self.tunnel, 0x1001, isPeer: isPeer).successions
        var text: [UInt8] = []
        for succession in successions {
            let until = try #require(Validity(from: nil, until: succession.end))
            let from = try #require(Validity(from: succession.begin, until: nil))
            Statement.Kind.add(succession.former.entry).append(to: &text, keys: .shown, validity: until)
            Statement.Kind.add(succession.next).append(to: &text, keys: .shown, validity: from)
        }
        // At the other end the policies are mirrored.
        let policies =
            isPeer
            ? Self.policies.replacing("-P out", with: "-P x").replacing("-P in", with: "-P out").replacing(
                "-P x", with: "-P in")
            : Self.policies
        let file = state(policies + String(decoding: text, as: UTF8.self))
        let codes = FileRules.remarks(on: file, expectsForward: false, clock: RuleClock(now: 0)).map(\.diagnostic.code)
        #expect(!codes.contains(.uncoveredTime) && !codes.contains(.shortOverlap))
        #expect(file.losses.isEmpty)
    }

    @Test func spisThatAreTakenAreNotTaken() throws {
        let other = "add 192.0.2.7 192.0.2.8 esp 0x1003 -E null ;\n"
        #expect(
            try roll(Self.tunnel + other, 0x1001).successions.map(\.next.identity.spi.rawValue) == [0x1004, 0x1005])
    }

    @Test func aRollMayFollowAnother() throws {
        let file =
            Self.policies + Self.add(0x1001, "-u 7 -until 1970-01-10Z") + Self.add(0x1003, "-u 7 -from 1970-01-10Z")
            + Self.add(0x1002, back: true)
        #expect(try roll(file, 0x1003).successions.map(\.former.entry.identity.spi.rawValue) == [0x1002, 0x1003])
        let end = CalendarTime(parsing: Array("1970-01-10Z".utf8))?.seconds
        let former = try #require(Validity(from: nil, until: end))
        #expect(throws: TunnelRoll.Failure.notInForce([former])) { try roll(file, 0x1001) }
    }

    @Test func namesOfCredentialsThatAreTakenAreNotTaken() throws {
        let file = Self.tunnel + "add 192.0.2.7 192.0.2.8 esp 9 -E null -A hmac-md5 @esp-0x1003-192.0.2.2-E ;\n"
        let names = SourceText(name: "t", bytes: Array((file + "# @esp-0x1004-192.0.2.1-E").utf8)).credentialNames
        #expect(names == ["esp-0x1003-192.0.2.2-E"])
        let roll = try TunnelRoll(
            of: state(Self.tunnel), spi: SPI(rawValue: 0x1001), at: 1_000_000, overlap: 3600, isPeer: false,
            names: names)
        #expect(roll.successions.map(\.next.identity.spi.rawValue) == [0x1004, 0x1003])
    }

    @Test func anSAThatWouldEndBeforeItBeginsIsNotRolled() throws {
        let begin = "-from \(CalendarTime(1_000_000))"
        let sent = Self.policies + Self.add(0x1001, "-u 7 \(begin)")
        #expect(throws: TunnelRoll.Failure.begins(at: 1_000_000)) { try roll(sent, 0x1001) }
        // What receives goes on for a while.
        #expect(try roll(sent, 0x1001, isPeer: true).successions.count == 1)
    }

    // MARK: Which end it is

    private static let hosts = """
        spdadd 10.0.0.0/24 10.0.0.0/24 any -P out ipsec esp/transport//require ;
        spdadd 10.0.0.0/24 10.0.0.0/24 any -P in ipsec esp/transport//require ;
        add 10.0.0.1 10.0.0.2 esp 0x1001 -E null -A hmac-md5 "1234567890123456" ;
        add 10.0.0.2 10.0.0.1 esp 0x1002 -E null -A hmac-md5 "6543210987654321" ;

        """

    @Test(arguments: ["10.0.0.0/24 10.0.0.0/24", "0.0.0.0/0 0.0.0.0/0"])
    func policiesForBothDirectionsDoNotTellWhichEndItIs(_ selector: String) throws {
        let file = Self.hosts.replacing("10.0.0.0/24 10.0.0.0/24", with: selector)
        for isPeer in [false, true] {
            #expect(throws: TunnelRoll.Failure.bothEnds) { try roll(file, 0x1001, isPeer: isPeer) }
        }
        // One that is for the packets of one end does.
        let first = "spdadd 10.0.0.1 10.0.0.0/24 any -P out ipsec esp/transport//require ;\n"
        let second = "spdadd 10.0.0.2 10.0.0.0/24 any -P out ipsec esp/transport//require ;\n"
        #expect(try roll(file + first, 0x1001).successions.map(\.isSent) == [true, false])
        let successions = try roll(file + second, 0x1001).successions
        #expect(successions.map(\.isSent) == [false, true])
        #expect(successions.map(\.begin) == [996_400, 1_000_000])
        #expect(try roll(file + second, 0x1001, isPeer: true).successions.map(\.isSent) == [true, false])
        // Two that say different things do not.
        #expect(throws: TunnelRoll.Failure.bothEnds) { try roll(file + first + second, 0x1001) }
    }

    /// The other end has the other direction, and another device or none.
    @Test(arguments: ["-dir out", "-hwif eth0 crypto out"])
    func anSAThatIsOfOneEndIsNotRolledForTheOther(_ clause: String) throws {
        let file = Self.policies + Self.add(0x1001, "-u 7 \(clause)") + Self.add(0x1002, back: true)
        let successions = try roll(file, 0x1001).successions
        #expect(successions.map(\.isSent) == [true, false])
        let former = successions[0].former.entry
        #expect(successions[0].next.options == former.options && former.options != .none)
        for spi in [UInt32(0x1001), 0x1002] {
            #expect(throws: TunnelRoll.Failure.ofOneEnd(former.identity)) { try roll(file, spi, isPeer: true) }
        }
    }

    @Test func numbersOfCompressionHave16Bits() throws {
        let policy = "spdadd 10.1.0.0/24 10.2.0.0/24 any -P out ipsec ipcomp/tunnel/192.0.2.1-192.0.2.2/require ;\n"
        func add(_ spi: Int) -> String {
            "add 192.0.2.1 192.0.2.\(spi == 0xffff ? 2 : 3) ipcomp \(spi) -m tunnel -C deflate ;\n"
        }
        let next = try roll(policy + add(0xffff) + add(0x100), 0xffff).successions.map(\.next.identity.spi.rawValue)
        #expect(next == [0x101])
        let full = policy + (0x100...0xffff).map(add).joined()
        #expect(throws: TunnelRoll.Failure.noFreeSPI(.ipcomp)) { try roll(full, 0xffff) }
    }

    @Test func whatCannotBeRolledIsSaid() {
        #expect(throws: TunnelRoll.Failure.unknown) { try roll(Self.tunnel, 0x2001) }
        #expect(throws: TunnelRoll.Failure.unknownEnd) { try roll(Self.add(0x1001), 0x1001) }
        #expect(throws: TunnelRoll.Failure.ambiguous) {
            try roll(Self.tunnel + "add 192.0.2.7 192.0.2.8 esp 0x1001 -E null ;\n", 0x1001)
        }
        #expect(throws: TunnelRoll.Failure.group) {
            try roll("add :: ff02::5 ah 0x1001 -r 0 -A hmac-sha1 \"12345678901234567890\" ;\n", 0x1001)
        }
        #expect(throws: TunnelRoll.Failure.ends(at: 2_000_000)) {
            try roll(
                Self.policies + Self.add(0x1001, "-u 7 -until \(CalendarTime(2_000_000))")
                    + Self.add(0x1002, back: true), 0x1001)
        }
        let twins = Self.tunnel + Self.add(0x1005)
        #expect(throws: TunnelRoll.Failure.self) { try roll(twins, 0x1001) }
    }
}
