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
            try expectDeath(of: site, atWrite: number, outcome)
            try site.expectThatAStartLeads(to: Self.second, "write \(number)")
            try site.expectThatNothingIsForgotten("write \(number)")
        }
    }

    /// The last of so many writes must be the last one: the next is not there to be killed at.
    private func expectDeath(of site: CrashSite, atWrite number: Int, _ outcome: Outcome) throws {
        if number > CrashTexts.writes {
            #expect(outcome.status == 0, "\(outcome.errors)")
            site.host.disarm()
        } else {
            #expect(outcome.status != 0, "write \(number)")
            #expect(try site.ending() == .killed(signal: 9), "write \(number)")
        }
    }
}
