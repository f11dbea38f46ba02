import IPsec
import KernelBackends
import TestSupport
import Testing

/// The daemon is killed at every write of a plan, and what a daemon makes of it that is started afterwards.
@Suite struct CrashTests {
    private typealias Moment = KernelHost.Moment

    /// What the kernel holds with each file in force.
    private static let first = KernelContents.after(CrashTexts.first + CrashTexts.foreign + CrashTexts.contested)
    private static let second = KernelContents.after(CrashTexts.second + CrashTexts.foreign)

    @Test(arguments: KernelHost.Moment.allCases)
    func aReloadThatIsKilledAtAnyWriteIsFinishedByTheNextStart(moment: KernelHost.Moment) throws {
        for number in 1...CrashTexts.writes + 1 {
            let site = try CrashSite.onFirstFile()
            try site.write(CrashTexts.second)
            site.host.kill(atWrite: number, moment)
            let outcome = try site.setkey("--reload")
            try site.expectDeath(atWrite: number, outcome, of: CrashTexts.writes)
            try site.expectThatAStartLeads(to: Self.second, "write \(number)")
            try site.expectThatNothingIsForgotten("write \(number)")
        }
    }

    @Test(arguments: KernelHost.Moment.allCases)
    func theFormerFilePutBackAfterTheKillLeavesNothingOfTheOther(moment: KernelHost.Moment) throws {
        for number in 1...CrashTexts.writes {
            let site = try CrashSite.onFirstFile()
            try site.write(CrashTexts.second)
            site.host.kill(atWrite: number, moment)
            try site.expectDeath(atWrite: number, try site.setkey("--reload"))
            try site.write(CrashTexts.first)
            #expect(try site.start())
            // What the second file declares otherwise than it was there is its own from then on, and goes with it.
            let lost = site.contents.differences(from: Self.first)
            #expect(
                lost.allSatisfy { $0.hasPrefix("missing") } && lost.count <= CrashTexts.altered, "\(number): \(lost)")
            try site.expectThatAStartWritesNothing("write \(number)")
        }
    }

    @Test(arguments: KernelHost.Moment.allCases)
    func aFirstStartThatIsKilledAtAnyWriteIsFinishedByTheNext(moment: KernelHost.Moment) throws {
        let writes = CrashTexts.startingWrites
        for number in 1...writes + 1 {
            let site = try CrashSite(file: CrashTexts.second)
            site.host.kill(atWrite: number, moment)
            #expect(try site.start() == (number > writes), "write \(number)")
            site.host.disarm()
            try site.expectThatAStartLeads(to: Self.second, "write \(number)")
            try site.expectThatNothingIsForgotten("write \(number)")
        }
    }

    /// The kernel refuses the second policy, after everything else was added; then it is killed while it undoes.
    @Test(arguments: KernelHost.Moment.allCases)
    func aReloadThatIsKilledWhileItIsUndoneIsFinishedByTheNextStart(moment: KernelHost.Moment) throws {
        let refusal = FaultPlan([.init(.refuse(.noFunction), on: .spdUpdate, occurrences: 2...2)])
        let applied = CrashTexts.writesBeforeTheLastPolicy
        for number in applied + 2...2 * applied + 2 {
            let site = try CrashSite.onFirstFile()
            try site.write(CrashTexts.second)
            site.host.disarm(faults: refusal)
            site.host.kill(atWrite: number, moment)
            let outcome = try site.setkey("--reload")
            if number == 2 * applied + 2 {
                #expect(outcome.status != 0 && outcome.errors.contains("ENOSYS"), "\(outcome.errors)")
                site.expect(Self.first, "undone")
            } else {
                try site.expectDeath(atWrite: number, outcome)
            }
            site.host.disarm()
            try site.expectThatAStartLeads(to: Self.second, "write \(number)")
            try site.expectThatNothingIsForgotten("write \(number)")
        }
    }

    // MARK: A reload that must be confirmed

    /// However far the reload has come, and although it is finished after the restart: its time runs out.
    @Test(arguments: KernelHost.Moment.allCases)
    func anUnconfirmedReloadThatWasKilledIsRolledBackInTime(moment: KernelHost.Moment) throws {
        // All of them wait at the same time.
        let sites = try (1...CrashTexts.writes).map { number in
            let site = try CrashSite.onFirstFile()
            try site.write(CrashTexts.second)
            site.host.kill(atWrite: number, moment)
            try site.expectDeath(atWrite: number, try site.setkey("--reload --confirm 1"))
            #expect(try site.start(), "write \(number)")
            return site
        }
        for (index, site) in sites.enumerated() {
            try site.wait(until: Self.first, "write \(index + 1)")
            try site.expectThatAStartWritesNothing("write \(index + 1)")
            try expectThatOnlyAReloadLeadsToTheSecondFile(site, "write \(index + 1)")
        }
    }

    @Test(arguments: KernelHost.Moment.allCases)
    func aRevertThatIsKilledAtAnyWriteIsFinishedByTheNextStart(moment: KernelHost.Moment) throws {
        for number in 1...CrashTexts.writes + 1 {
            let site = try CrashSite.onFirstFile()
            try site.write(CrashTexts.second)
            #expect(try site.setkey("--reload --confirm 3600").status == 0)
            site.host.kill(atWrite: number, moment)
            try site.expectDeath(atWrite: number, try site.setkey("--revert"), of: CrashTexts.writes)
            try site.expectThatAStartLeads(to: Self.first, "write \(number)")
            try expectThatOnlyAReloadLeadsToTheSecondFile(site, "write \(number)")
        }
    }

    /// As above, but nobody asks: the time is over.
    @Test(arguments: KernelHost.Moment.allCases)
    func aRevertForWantOfAConfirmationIsFinishedByTheNextStart(moment: KernelHost.Moment) throws {
        let sites = try (1...CrashTexts.writes).map { number in
            let site = try CrashSite.onFirstFile()
            try site.write(CrashTexts.second)
            site.host.kill(atWrite: CrashTexts.writes + number, moment)
            #expect(try site.setkey("--reload --confirm 1").status == 0)
            return site
        }
        for (index, site) in sites.enumerated() {
            #expect(try site.ending() == .killed(signal: 9))
            try site.expectThatAStartLeads(to: Self.first, "write \(index + 1)")
            try expectThatOnlyAReloadLeadsToTheSecondFile(site, "write \(index + 1)")
        }
    }

    private func expectThatOnlyAReloadLeadsToTheSecondFile(_ site: CrashSite, _ comment: Comment) throws {
        site.expect(Self.first, comment)
        #expect(try site.setkey("--reload").status == 0)
        site.expect(Self.second, comment)
        try site.expectThatAStartWritesNothing(comment)
        try site.expectThatNothingIsForgotten(comment)
    }
}
