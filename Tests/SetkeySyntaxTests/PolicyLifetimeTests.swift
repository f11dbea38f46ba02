import IPsec
import SetkeySyntax
import TestSupport
import Testing

/// `-lh`, `-ls`, `-uh` and `-us` of policies, which both interfaces carry.
struct PolicyLifetimeTests {
    private func text(_ options: String) -> String { "spdadd 10.0.0.1 10.0.0.2 any \(options) -P out none ;" }

    private func policy(_ options: String) throws -> SecurityPolicy {
        guard case .addPolicy(let policy)? = Parsed(text(options)).kinds.first else { throw NoPolicy() }
        return policy
    }

    private struct NoPolicy: Error {}

    @Test func theyLimitTheTimeSinceItWasMadeAndSinceItWasUsed() throws {
        let limits = try policy("-lh 3600 -ls 3000 -uh 60 -us 50").limits
        #expect(limits.hard == Lifetime(addTime: 3600, useTime: 60))
        #expect(limits.soft == Lifetime(addTime: 3000, useTime: 50))
        #expect(try policy("-lh 0").limits.isNone)
        #expect(try policy("").limits.isNone)
    }

    /// As the options of SAs.
    @Test func theirValuesMayTouchThem() throws {
        let limits = try policy("-lh3600 -ls3000 -uh60 -us50").limits
        #expect(limits.hard == Lifetime(addTime: 3600, useTime: 60))
        #expect(limits.soft == Lifetime(addTime: 3000, useTime: 50))
        #expect(Parsed("spdadd 10.0.0.1 10.0.0.2 any -lh60 -Pout none ;").headlines.isEmpty)
    }

    @Test(arguments: [
        (
            "-bh 5",
            "1:30: error: Linux counts neither bytes nor packets of policies; remove it; -lh and -uh limit the time"
        ),
        (
            "-ps 5",
            "1:30: error: Linux counts neither bytes nor packets of policies; remove it; -lh and -uh limit the time"
        ),
        ("-lh 5 -ls 6", "1:36: error: the soft lifetime is longer than the hard one; make the soft one shorter"),
        ("-us 9 -uh 8", "1:36: error: the soft lifetime is longer than the hard one; make the soft one shorter"),
    ])
    func whatLinuxDoesNotDoIsAnError(options: String, wanted: String) {
        #expect(Parsed(text(options)).headlines == [wanted])
    }

    @Test func aDumpShowsTheSoftOnesInALineOfTheirOwn() throws {
        #expect(Self.dump(try policy("-lh 9 -uh 8")).contains("\n\tlifetime: 9(s) validtime: 8(s)\n\tspid="))
        let text = Self.dump(try policy("-lh 9 -ls 7"))
        #expect(text.contains("\n\tlifetime: 9(s) validtime: 0(s)\n\tsoft lifetime: 7(s) validtime: 0(s)\n\tspid="))
    }

    @Test func whatIsOnlyCountedIsNotPrinted() throws {
        var policy = try policy("-lh 9")
        policy.limits.hard.bytes = 1000
        #expect(
            Statement.Kind.addPolicy(policy).text()
                == "spdadd 10.0.0.1 10.0.0.2 any -lh 9 -P out none ;")
    }

    @Test func theEndIsTheNearerOneAndCountsFromTheMakingBeforeTheFirstUse() throws {
        var policy = try policy("-lh 100 -uh 10")
        policy.current.addTime = 1000
        #expect(policy.end == 1010)
        policy.current.useTime = 1005
        #expect(policy.end == 1015)
        policy.current.useTime = 1099
        #expect(policy.end == 1100)
        policy.current.addTime = .max - 3
        #expect(policy.end == 1109)
        #expect(try self.policy("-ls 5").end == nil)
    }

    private static func dump(_ policy: SecurityPolicy) -> String {
        var format = DumpFormat(options: .init(processID: 1), now: 0)
        var text: [UInt8] = []
        format.append(policy, isLast: true, to: &text)
        return dumpText(text)
    }
}
