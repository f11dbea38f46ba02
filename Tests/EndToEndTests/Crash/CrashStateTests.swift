import Glibc
import TestSupport
import Testing

/// The daemon is killed while it writes its state directory, or finds damage there.
@Suite struct CrashStateTests {
    private static let first = KernelContents.after(CrashTexts.first + CrashTexts.foreign + CrashTexts.contested)
    private static let second = KernelContents.after(CrashTexts.second + CrashTexts.foreign)

    private let seed = UInt64.random(in: 0 ... .max)

    /// More changes than any operation makes.
    private static let many = 20

    /// Runs `body` at a site whose daemon dies in the middle of each change of the state directory that `flags` make,
    /// until it survives them; returns the number of changes.
    private func atEachChange(
        _ flags: String, prepare: (CrashSite) throws -> Void = { _ in }, _ body: (CrashSite, Comment) throws -> Void
    ) throws -> Int {
        for changes in 0..<Self.many {
            let site = try CrashSite.onFirstFile()
            try prepare(site)
            // What that had to write is written then.
            try site.stop()
            #expect(try site.start(dyingAfter: changes))
            try site.write(CrashTexts.second)
            guard try site.hasDied(site.setkey(flags)) else { return changes }
            try body(site, "change \(changes + 1)")
        }
        return Self.many
    }

    @Test func aReloadThatIsKilledAtAnyChangeIsFinishedByTheNextStart() throws {
        // What is claimed; what is released, and the name of the file.
        let changes = try atEachChange("--reload") { site, comment in
            try site.expectThatAStartLeads(to: Self.second, comment)
            try site.expectThatNothingIsForgotten(comment)
        }
        #expect(changes == 2)
    }

    @Test func aFirstStartThatIsKilledAtAnyChangeIsFinishedByTheNext() throws {
        for changes in 0..<Self.many {
            let site = try CrashSite(file: CrashTexts.second)
            let isReady = try site.start(dyingAfter: changes)
            #expect(try isReady || site.ending() == .killed(signal: SIGKILL))
            // What follows readiness may be the last change.
            try site.expectThatAStartLeads(to: Self.second, "change \(changes + 1)")
            try site.expectThatNothingIsForgotten("change \(changes + 1)")
            if isReady { return #expect(changes >= 3) }
        }
    }

    /// Killed before the former state is known, it is a reload; afterwards it is one that must be confirmed.
    @Test func aReloadWithAWayBackHasOneOrIsNone() throws {
        var reverted: [Comment] = []
        let changes = try atEachChange("--reload --confirm 3600") { site, comment in
            try site.expectThatAStartLeads(to: Self.second, comment)
            let isPending = try site.setkey("--revert").status == 0
            site.expect(isPending ? Self.first : Self.second, comment)
            if isPending { reverted.append(comment) }
            try site.expectThatAStartWritesNothing(comment)
            let others = isPending ? CrashTexts.contested : ""
            try site.expectThatNothingIsForgotten(but: others, comment)
        }
        // The first five are the claim, the former state and the record of the time, each of these drafted and renamed.
        #expect(changes == 8 && reverted.map(\.rawValue) == ["change 6", "change 7", "change 8"])
    }

    private func reloadUnconfirmed(_ site: CrashSite) throws {
        try site.write(CrashTexts.second)
        #expect(try site.setkey("--reload --confirm 3600").status == 0)
    }

    @Test func aRevertThatIsKilledAtAnyChangeHasBegunOrHasNot() throws {
        let changes = try atEachChange("--revert", prepare: reloadUnconfirmed) { site, comment in
            #expect(try site.start())
            let hasBegun = site.contents == Self.first
            site.expect(hasBegun ? Self.first : Self.second, comment)
            try site.expectThatAStartWritesNothing(comment)
            _ = try site.setkey("--revert")
            site.expect(Self.first, comment)
        }
        #expect(changes > 4)
    }

    /// The file that was rolled back is asked for again.
    @Test func aReloadAfterARevertThatIsKilledAtAnyChangeHasBegunOrHasNot() throws {
        func prepare(_ site: CrashSite) throws {
            try reloadUnconfirmed(site)
            #expect(try site.setkey("--revert").status == 0)
        }
        let changes = try atEachChange("--reload", prepare: prepare) { site, comment in
            #expect(try site.start())
            site.expect(site.contents == Self.first ? Self.first : Self.second, comment)
            try site.expectThatAStartWritesNothing(comment)
            #expect(try site.setkey("--reload").status == 0)
            site.expect(Self.second, comment)
            try site.expectThatNothingIsForgotten(comment)
        }
        #expect(changes > 3)
    }

    @Test func aConfirmationThatIsKilledAtAnyChangeHoldsOrCanBeRepeated() throws {
        let changes = try atEachChange("--confirm", prepare: reloadUnconfirmed) { site, comment in
            try site.expectThatAStartLeads(to: Self.second, comment)
            _ = try site.setkey("--confirm")
            // The former state, with its keys.
            #expect(!site.hasState("former"), comment)
            try site.expectThatAStartWritesNothing(comment)
        }
        #expect(changes == 2)
    }

    @Test func anOwnershipFileThatIsCutForgetsAndTouchesNothing() throws {
        var random = SplitMix(seed: seed)
        for round in 0..<10 {
            let site = try CrashSite.onFirstFile()
            let length = round == 0 ? 0 : Int.random(in: 0..<(try site.length(of: "owned")), using: &random)
            try site.cut("owned", to: length)
            try site.write(CrashTexts.second)
            #expect(try site.start())
            let differences = site.contents.differences(from: Self.second)
            // Of the first file's entries those stay whose names are lost.
            #expect(
                differences.allSatisfy { $0.hasPrefix("too much") }, "seed \(seed), \(length) bytes: \(differences)")
            #expect(differences.count <= CrashTexts.stale)
            try site.expectThatAStartWritesNothing("seed \(seed), \(length) bytes")
        }
    }

    @Test(arguments: ["former", "confirmation"])
    func aWayBackThatIsCutIsNotTaken(name: String) throws {
        var random = SplitMix(seed: seed)
        for round in 0..<4 {
            let site = try CrashSite.onFirstFile()
            try site.write(CrashTexts.second)
            #expect(try site.setkey("--reload --confirm 3600").status == 0)
            let whole = try site.length(of: name)
            let length = round == 0 ? whole - 1 : Int.random(in: 0..<whole, using: &random)
            try site.cut(name, to: length)
            try site.expectThatAStartLeads(to: Self.second, "seed \(seed), \(length) bytes")
            #expect(try site.setkey("--revert").status != 0)
            site.expect(Self.second, "seed \(seed), \(length) bytes")
            #expect(try site.stop().contains("rolled back"), "seed \(seed), \(length) bytes")
        }
    }
}
