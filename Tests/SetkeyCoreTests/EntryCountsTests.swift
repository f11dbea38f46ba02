import ControlProtocol
import IPsec
import TestSupport
import Testing

@testable import SetkeyCore

/// The numbers of the status add up, and are those of the kernel.
struct EntryCountsTests {
    /// Whatever has been noticed so far, each number of things is one that there can be.
    @Test func allNumbersAddUp() {
        for inKernel in 0...4 {
            for declared in 0...4 {
                for leftover in 0...inKernel {
                    for expired in 0...declared {
                        for missing in 0...(declared - expired) {
                            check(inKernel, declared, missing: missing, expired: expired, leftover: leftover)
                        }
                    }
                }
            }
        }
    }

    private func check(_ inKernel: Int, _ declared: Int, missing: Int, expired: Int, leftover: Int) {
        let counts = EntryCounts(
            inKernel: inKernel, declared: declared, missing: missing, altered: 0, expired: expired, leftover: leftover)
        let present = counts.declared - counts.missing - counts.expired
        #expect(counts.inKernel == present + counts.leftover + counts.foreign, "\(counts)")
        #expect(present >= 0 && counts.foreign >= 0, "\(counts)")
        #expect(counts.missing >= missing, "\(counts)")
        // What has been noticed is all, if there is room in the kernel for the rest.
        if declared - expired - missing <= inKernel - leftover { #expect(counts.missing == missing, "\(counts)") }
    }

    private static let file =
        Texts.tunnel + (0x6000..<0x6004).map { Texts.association($0, "-u 5") }.joined()
        + Texts.association(0x6004, "-u 5 -lh 100") + (1...3).map { Texts.policy($0) }.joined()

    /// What another program does to the entries of the file, and to its own.
    private static let deeds =
        (0x6000...0x6004).map { "delete 10.0.0.1 10.0.0.3 esp \($0) ;" }
        + (0x6000..<0x6004).map { Texts.association($0, "-u 9") } + [Texts.association(0x6001, "-u 5")]
        + (0x7000..<0x7003).map { Texts.association($0) }
        + (0x7000..<0x7003).map { "delete 10.0.0.1 10.0.0.3 esp \($0) ;" }
        + (1...3).flatMap { ["spddelete 10.9.\($0).0/24 10.8.0.0/16 any -P out ;", Texts.policy($0)] }
        + ["spdupdate 10.9.1.0/24 10.8.0.0/16 any -P out discard ;", Texts.policy(7), Texts.foreign, "flush ah ;"]

    @Test(arguments: [1, 2, UInt64.random(in: 3 ... .max)])
    func theStatusSaysWhatIsInTheKernel(_ seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var machine = Machine.started(file: Self.file, drift: .report)
        var expired = 0
        for round in 0..<60 {
            if round == 30 {
                expired = machine.contents.associations.count { $0.identity.spi.rawValue == 0x6004 }
                machine.pass(seconds: 100)
            }
            let deed = try #require(Self.deeds.randomElement(using: &random))
            machine.foreignRun(deed)
            machine.pass(quarters: 8)
            let told = try machine.askStatus()
            let comment: Comment = "seed \(seed) round \(round): \(deed)"
            expect(told, of: machine.contents, declared: machine.declared, comment)
            #expect(told.expired == expired, comment)
        }
    }

    private func expect(
        _ status: StatusReply, of kernel: KernelContents, declared: OwnedIdentities, _ comment: Comment
    ) {
        let associations = Set(kernel.associations.map(\.identity))
        #expect(status.associations == associations.count, comment)
        #expect(status.declaredAssociations == declared.associations.count, comment)
        let missing = declared.associations.subtracting(associations).count
        #expect(status.missingAssociations + status.expired == missing, comment)
        #expect(status.foreignAssociations == associations.subtracting(declared.associations).count, comment)
        #expect(status.alteredAssociations == kernel.associations.count { $0.reqID.rawValue == 9 }, comment)

        let policies = Set(kernel.policies.map(\.identity))
        #expect(status.policies == policies.count, comment)
        #expect(status.declaredPolicies == declared.policies.count, comment)
        #expect(status.missingPolicies == declared.policies.subtracting(policies).count, comment)
        #expect(status.foreignPolicies == policies.subtracting(declared.policies).count, comment)
        #expect(status.alteredPolicies == kernel.policies.count { $0.action == .discard }, comment)
        #expect(
            status.drifted == status.missingAssociations + status.alteredAssociations + status.missingPolicies
                + status.alteredPolicies, comment)
    }
}
