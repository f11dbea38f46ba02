import ControlProtocol
import IPsec
import SetkeySyntax
import Testing

@testable import SetkeyCore

/// What is found wrong with a state of the kernel.
@Suite struct DoctorTests: Doctoring {
    @Test func nothingIsFoundWhereNothingIsWrong() {
        #expect(found(examination("")).isEmpty)
        #expect(found(examination(Self.tunnel + Self.associations)).isEmpty)
    }

    @Test func theRulesAboutFilesGoForTheKernelToo() throws {
        let alone = examination(Self.tunnel)
        // Those who made the policies may make SAs when packets come.
        #expect(found(alone) == ["note no-sa-for-policy", "note no-sa-for-policy"])
        let findings = examination(
            Self.tunnel + "add 192.0.2.1 192.0.2.2 esp 0x1001 -m transport -E aes-cbc \(Self.key) ;"
        ).result(MachineReport()).findings(since: nil, at: 0)
        let finding = try #require(findings.first)
        #expect(finding.code == "no-sa-for-policy" && finding.severity == .known(.note))
        #expect(finding.message.hasPrefix("no SA of the kernel fits esp/tunnel/"), "\(finding.message)")
        #expect(finding.subject?.hasPrefix("spdadd 10.1.0.0/24 10.2.0.0/24 any -P out") == true)
        #expect(finding.owner == "foreign")
        #expect(finding.remedy == "write -m tunnel in the SA, or the other mode here")
    }

    @Test func findingsHaveNoKeys() {
        let shared = Self.tunnel + Self.associations.replacingFirst(Self.otherKey, by: Self.key)
        let result = examination(shared).result(MachineReport())
        #expect(result.findings(since: nil, at: 0).map(\.code) == ["shared-key"])
        #expect(!"\(result.findings(since: nil, at: 0))".contains("d41b7790"))
    }

    @Test func aWindowThatSeveralSendersShareIsFoundInTheKernel() {
        #expect(
            found(
                examination(
                    "add 192.0.2.1 224.0.0.5 esp 0x1007 -r 4 -E aes-cbc \(Self.key) -A hmac-sha1 \(Self.key)01020304 ;")
            )
                == ["warning shared-replay-window"])
    }

    // MARK: Counters

    @Test func whatACounterHasCountedIsAWarningAtFirstAnErrorWhileItGrowsAndLaterANote() throws {
        var books = CounterBooks()
        var report = MachineReport()
        /// What a user is told at a second.
        func told(_ uid: UInt32, at seconds: UInt64) -> [FindingRecord] {
            let result = examination("").result(report)
            let now = seconds * 1_000_000_000
            return result.findings(since: books.look(uid, at: now, result.values), at: now)
        }
        report.counters = [("XfrmOutNoStates", 3), ("XfrmInHdrError", 0)]
        #expect(told(0, at: 100).map(\.severity) == [.known(.warning)])
        #expect(told(0, at: 100).map(\.severity) == [.known(.note)])
        report.counters = [("XfrmOutNoStates", 5)]
        // Whoever has looked hides nothing from others, nor from themselves a moment later.
        for uid in [0, 0, 0] as [UInt32] {
            let finding = try #require(told(uid, at: 110).first)
            #expect(finding.severity == .known(.error))
            #expect(finding.message.hasPrefix("packets could not leave: their policy has no SA"))
            #expect(finding.evidence?.first == "XfrmOutNoStates is 5, 2 more than 10 seconds ago")
        }
        #expect(told(1500, at: 110).map(\.severity) == [.known(.warning)])
        #expect(told(0, at: 160).map(\.severity) == [.known(.error)])
        #expect(told(0, at: 161).map(\.severity) == [.known(.note)])
    }

    @Test func whatStrangersCanHaveCountedIsNoError() throws {
        var report = MachineReport()
        report.counters = [("XfrmInNoStates", 3)]
        let finding = examination("").result(report).findings(since: CounterBook(takenAt: 0, values: [:]), at: 1)
        #expect(finding.map(\.severity) == [.known(.warning)])
    }

    @Test func theEntriesThatAreProbablyBehindACounterAreNamed() throws {
        var report = MachineReport()
        report.counters = [("XfrmInStateProtoError", 2)]
        let forged = examination(Self.tunnel + Self.associations) { association in
            if association.identity.spi.rawValue == 0x1002 { association.numbers.forged = 2 }
        }
        let evidence = try #require(forged.result(report).findings(since: nil, at: 0).first?.evidence)
        #expect(evidence.count == 2 && evidence[1].contains("spi 0x1002: 2 packets failed the integrity check"))

        report.counters = [("XfrmOutNoStates", 1)]
        let lacking = examination(
            Self.tunnel + "add 192.0.2.2 192.0.2.1 esp 0x1002 -m tunnel -E aes-cbc \(Self.key) ;")
        let finding = try #require(
            lacking.result(report).findings(since: nil, at: 0).first { $0.code == "XfrmOutNoStates" })
        #expect(finding.evidence?.contains { $0.hasPrefix("spdadd 10.1.0.0/24 10.2.0.0/24 any -P out") } == true)
    }

    @Test func whatAPolicyDiscardsIsNoFault() {
        var report = MachineReport()
        report.counters = [("XfrmOutPolBlock", 9), ("XfrmNeverHeardOf", 1)]
        #expect(found(examination(""), report) == ["warning XfrmNeverHeardOf", "note XfrmOutPolBlock"])
    }

    // MARK: Lives

    @Test func anSANearItsEndIsFoundUnlessAnotherTakesItsPlace() {
        let text = Self.tunnel + Self.associations
        func old(_ association: inout SecurityAssociation) {
            guard association.identity.spi.rawValue == 0x1001 else { return }
            association.limits.hard.addTime = 1000
            association.current.addTime = 999_050
        }
        #expect(found(examination(text, seconds: 999_500, old)).isEmpty)
        #expect(found(examination(text, seconds: 1_000_000, old)) == ["warning lifetime-end"])
        let successor =
            "add 192.0.2.1 192.0.2.2 esp 0x1003 -m tunnel -E aes-cbc 0x64d81b93f72ce150d41b7790c35ea8f2 -A hmac-sha1 "
            + "0x64d81b93f72ce150d41b7790c35ea8f264d81b93 ;"
        #expect(found(examination(text + successor, seconds: 1_000_000, old)).isEmpty)
        #expect(
            found(examination(text) { $0.state = .larval }) == [
                "warning larval-sa", "note no-sa-for-policy", "note no-sa-for-policy",
            ])
    }

    @Test func theEndOfSequenceNumbersIsFound() {
        func used(_ share: UInt64) -> (inout SecurityAssociation) -> Void {
            { association in
                guard association.identity.spi.rawValue == 0x1001 else { return }
                association.numbers.sent = UInt64(UInt32.max) / 100 * share
            }
        }
        #expect(found(examination(Self.tunnel + Self.associations, used(70))).isEmpty)
        #expect(found(examination(Self.tunnel + Self.associations, used(80))) == ["warning sequence-end"])
        #expect(found(examination(Self.tunnel + Self.associations, used(100))) == ["error sequence-end"])
    }

    @Test(arguments: ["-bh 1000", "-ph 10", "-uh 100"]) func everyLimitCounts(_ limit: String) {
        let text =
            Self.tunnel + Self.associations.replacingFirst("-m tunnel", by: "-m tunnel \(limit)")
        func use(_ share: UInt64) -> (inout SecurityAssociation) -> Void {
            { association in
                guard !association.limits.isNone else { return }
                association.current.bytes = association.limits.hard.bytes * share / 100
                association.current.allocations = association.limits.hard.allocations * share / 100
                association.current.useTime = 1_000_000 - association.limits.hard.useTime * share / 100
            }
        }
        #expect(found(examination(text, use(50))).isEmpty)
        #expect(found(examination(text, use(90))) == ["warning lifetime-end"])
    }

    @Test func whatTheKernelDoesNotTellIsNotMissed() {
        #expect(
            found(examination(Self.tunnel + "add 192.0.2.1 192.0.2.2 esp 0x1001 -E null ;", gaps: ["so and so"]))
                == ["warning incomplete"])
        let unused = "add 192.0.2.7 192.0.2.8 esp 0x1001 -E null ;"
        #expect(found(examination(Self.tunnel + Self.associations + unused)) == ["note no-policy-for-sa"])
        #expect(found(examination(Self.tunnel + Self.associations + unused, hasSocketDemands: true)).isEmpty)
    }

    @Test func marksAndInterfacesAreLookedAt() throws {
        for (policy, association, isServed) in [
            ("-if_id 5", "", false), ("-if_id 5", "-if_id 5", true), ("", "-if_id 5", false),
            ("-mark 5", "-mark 6", false),
            ("-mark 5", "-mark 5", true), ("-mark 5", "", true),
        ] {
            let text = """
                spdadd 10.1.0.0/24 10.2.0.0/24 any \(policy) -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ;
                add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel \(association) -E aes-cbc \(Self.key) -A hmac-sha1 \(Self.key)01020304 ;
                """
            #expect(found(examination(text)).contains("note no-sa-for-policy") != isServed, "\(policy), \(association)")
        }
    }

    @Test func anSAThatServesAPolicyIsNotToBeChanged() throws {
        let text =
            Self.tunnel + Self.associations + """
                spdadd 10.3.0.0/24 10.4.0.0/24 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique:9 ;
                """
        let finding = try #require(examination(text).result(MachineReport()).findings(since: nil, at: 0).first)
        #expect(finding.remedy == "add one" && !finding.message.contains("0x1001"), "\(finding)")
    }
}
