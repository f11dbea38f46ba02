import ControlProtocol
import IPsec
import KernelBackends
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// What is found wrong with a state of the kernel, and with the machine.
@Suite struct DoctorTests {
    private static let tunnel = """
        spdadd 10.1.0.0/24 10.2.0.0/24 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ;
        spdadd 10.2.0.0/24 10.1.0.0/24 any -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/require ;
        spdadd 10.2.0.0/24 10.1.0.0/24 any -P fwd ipsec esp/tunnel/192.0.2.2-192.0.2.1/require ;

        """
    private static let key = "0xd41b7790c35ea8f2064d81b93f72ce15"
    private static let otherKey = "0x4b7790c3d5ea8f2064d81b93f72ce150"
    private static let associations = """
        add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E aes-cbc \(key) -A hmac-sha1 \(key)11223344 ;
        add 192.0.2.2 192.0.2.1 esp 0x1002 -m tunnel -E aes-cbc \(otherKey) -A hmac-sha1 \(otherKey)11223344 ;

        """

    /// What the parser makes of a text, as the kernel would have it.
    private func examination(
        _ text: String, traits: KernelTraits = .xfrm, trouble: String? = nil, gaps: [String] = [],
        hasSocketDemands: Bool = false,
        seconds: Int = 1_000_000, _ change: (inout SecurityAssociation) -> Void = { _ in }
    ) -> Examination {
        var parser = Parser(SourceText(name: "t", bytes: Array(text.utf8)), options: ParserOptions(traits: .xfrm))
        var associations: [SecurityAssociation] = []
        var policies: [SecurityPolicy] = []
        while let statement = parser.next() {
            switch statement.kind {
            case .add(var association):
                change(&association)
                associations.append(association)
            case .addPolicy(let policy): policies.append(policy)
            default: Issue.record("not expected: \(statement.kind)")
            }
        }
        #expect(parser.errorCount == 0, "\(parser.diagnostics)")
        return Examination(
            associations: associations, policies: policies,
            file: Examination.Standing(
                owners: EntryOwners(state: StateInForce()), trouble: trouble, closedPorts: []),
            traits: traits, now: Instant(seconds: seconds, microseconds: 0, monotonic: 0), gaps: gaps,
            hasSocketDemands: hasSocketDemands)
    }

    /// `severity code` of each finding.
    private func found(_ examination: Examination, _ report: MachineReport = MachineReport()) -> [String] {
        examination.result(report).findings(since: nil, at: 0).map { "\($0.severity) \($0.code)" }
    }

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

    @Test func anEndThatHasComeIsFound() throws {
        var machine = Machine.started(
            on: .xfrm, file: Self.tunnel + Self.associations.replacingFirst("-m tunnel", by: "-m tunnel -lh 4"))
        machine.pass(seconds: 60)
        machine.replies = []
        machine.post(.called(Machine.root, .diagnose))
        let found = try #require(findings(machine.replies, of: Machine.root).first)
        #expect(found.map { "\($0.severity) \($0.code)" }.prefix(2) == ["error expired", "error no-sa-for-policy"])
        #expect(found.first?.evidence?.first?.contains("declared at test.conf:4") == true, "\(found)")
    }

    @Test func aMemberIsNotToldOfKeysThatEverybodyKnows() throws {
        let text = #"add 192.0.2.1 192.0.2.2 esp 0x1001 -E des-cbc "ESP SA!!" ;"#
        var machine = Machine.started(file: text)
        for (client, isTold) in [(Machine.root, true), (Machine.nobody, false)] {
            machine.replies = []
            machine.post(.called(client, .diagnose))
            let found = try #require(findings(machine.replies, of: client).first)
            #expect(found.contains { $0.code == "published-key" } == isTold, "\(found)")
        }
    }

    // MARK: The machine

    @Test func theMachineIsLookedAt() {
        var report = MachineReport()
        report.forwards = [.ipv4: false, .ipv6: false]
        report.disabledTransforms = ["net.ipv4.conf.all.disable_xfrm"]
        report.disabledPolicies = ["net.ipv6.conf.vti1.disable_policy"]
        report.reversePathDrops = 7
        report.keyManagers = [.init(interface: "NETLINK_XFRM", portID: 12)]
        let whole = examination(Self.tunnel + Self.associations)
        #expect(
            found(whole, report) == [
                "warning forwarding-off", "warning xfrm-disabled", "warning policy-disabled", "note reverse-path",
                "note key-manager",
            ])
        // Where nothing is to be protected, nothing of it matters.
        #expect(found(examination(""), report).isEmpty)
        report.forwards = [.ipv4: true, .ipv6: false]
        #expect(!found(whole, report).contains("warning forwarding-off"))
    }

    @Test func espInUDPNeedsASocket() {
        let text =
            "add 192.0.2.2[4500] 192.0.2.1[4501] esp-udp 0x1002 -m tunnel -E aes-cbc \(Self.key) "
            + "-A hmac-sha1 \(Self.key)01020304 ;"
        var report = MachineReport()
        #expect(found(examination(text), report).isEmpty)
        report.udpPorts = [4500]
        // At another machine's address nothing arrives.
        #expect(found(examination(text), report).isEmpty)
        report.localAddresses = Set(examination(text).arrivals)
        #expect(found(examination(text), report) == ["warning closed-port"])
        report.udpPorts = [4501]
        #expect(found(examination(text), report).isEmpty)
    }

    @Test func whatFitsThroughATunnelIsCounted() throws {
        let whole = examination(Self.tunnel + Self.associations)
        #expect(whole.tunnelEnds.map(\.description) == ["192.0.2.2"])
        var report = MachineReport()
        report.pathMTUs = [try #require(IPAddress("192.0.2.2")): 1500]
        let note = try #require(whole.result(report).findings(since: nil, at: 0).first)
        #expect(note.code == "tunnel-mtu" && note.severity == .known(.note))
        // As the kernel counts: 1500 - 20 - 8 - 16 - 12, in blocks of 16, less the trailer's 2.
        #expect(note.evidence?.first?.hasSuffix(": 1438 of 1500 bytes") == true)
        report.pathMTUs = [try #require(IPAddress("192.0.2.2")): 1300]
        #expect(found(whole, report) == ["note tunnel-mtu"])
        let six = "spdadd 2001:db8:1::/64 2001:db8:2::/64 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ;"
        #expect(
            found(examination(Self.tunnel + Self.associations + six), report) == [
                "warning mixed-families", "warning tunnel-mtu",
            ])
    }

    @Test func aDaemonThatIsNotSettledSaysSo() {
        #expect(
            found(examination("", traits: .pfKey, trouble: "drifted")) == ["error not-settled", "note old-interface"])
        #expect(found(examination("", traits: .pfKey.ofSimulatedKernel)).isEmpty)
    }

    // MARK: Clients

    private func findings(_ replies: [(client: ClientID, reply: Reply, continues: Bool)], of client: ClientID)
        -> [[FindingRecord]]
    {
        replies.compactMap {
            guard case .diagnose(let reply) = $0.reply, $0.client == client else { return nil }
            return reply.findings
        }
    }

    @Test(arguments: [Machine.Door.pfKey, .xfrm]) func aMemberIsToldOfWhatTheFileDeclares(by door: Machine.Door) throws
    {
        var machine = Machine.started(on: door, file: Self.tunnel)
        machine.post(.called(Machine.nobody, .diagnose))
        let found = try #require(findings(machine.replies, of: Machine.nobody).first)
        #expect(found.map(\.code) == ["no-sa-for-policy", "no-sa-for-policy"])
        #expect(found.map(\.severity) == [.known(.error), .known(.error)])
        #expect(found.first?.owner == "\(Machine.path):1")
    }

    @Test func whoeverAsksMeanwhileGetsTheNextOne() throws {
        var machine = Machine.started(on: .xfrm, file: Self.tunnel)
        let dumps = machine.dumps
        for client in [Machine.root, Machine.nobody] { machine.queue(.called(client, .diagnose)) }
        machine.settle()
        #expect(findings(machine.replies, of: Machine.root).count == 1)
        #expect(findings(machine.replies, of: Machine.nobody).count == 1)
        // To a member a recent dump will do.
        #expect(machine.dumps == dumps + 1)
    }

    @Test func whoeverLeavesWaitsNoLonger() throws {
        var machine = Machine.started(on: .xfrm, file: Self.tunnel)
        machine.queue(.called(Machine.nobody, .diagnose))
        machine.queue(.disconnected(Machine.nobody))
        machine.settle()
        #expect(machine.replies.isEmpty)
        machine.post(.called(Machine.root, .diagnose))
        #expect(findings(machine.replies, of: Machine.root).count == 1)
    }

    @Test func aKernelThatTellsNothingIsSaid() throws {
        var machine = Machine.started(file: Self.tunnel)
        machine.kernel.faults = FaultPlan([FaultPlan.Fault(.refuse(.operationNotPermitted), on: .dump)])
        machine.post(.called(Machine.root, .diagnose))
        #expect(machine.errors.contains { $0.client == Machine.root })
    }
}

extension String {
    fileprivate func replacingFirst(_ word: String, by other: String) -> String {
        guard let range = firstRange(of: word) else { return self }
        return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
