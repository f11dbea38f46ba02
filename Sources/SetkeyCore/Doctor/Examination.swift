import ControlProtocol
package import IPsec
import SetkeySyntax
import TextBytes

/// What is judged: the kernel's entries as they are at one moment, and what is known about them. The shell has it judged
/// away from the main queue, with what the machine says: the rules look at all entries at once.
package struct Examination: Sendable {
    /// How things stand with the daemon's file.
    struct Standing: Sendable {
        /// Says whose entries are.
        let owners: EntryOwners
        /// What keeps the kernel from what the file declares; `nil` where nothing does.
        let trouble: String?
        /// Whether nothing is applied, because somebody has turned off.
        var isOff = false
        /// Ports that could not be opened for ESP in UDP.
        let closedPorts: [ClosedPort]
        /// How many declared entries have reached the end of their lifetime.
        var expiredCount = 0
        /// Some of these, with the places of their statements.
        var expired: [String] = []
    }

    /// What has been found.
    package struct Result: Sendable {
        /// But for the counters.
        let findings: [FindingRecord]
        /// Those that are not 0.
        let counters: [CounterObservation]

        /// The counters by their names.
        var values: [String: UInt64] { Dictionary(counters.map { ($0.name, $0.value) }) { $1 } }

        /// What somebody is told, the worst first.
        ///
        /// - Parameters:
        ///   - former: the counters as they were when they looked last.
        ///   - now: on the monotonic clock.
        func findings(since former: CounterBook?, at now: UInt64) -> [FindingRecord] {
            let all = counters.map { $0.finding(since: former, at: now) } + findings
            return [DiagnosticSeverity.error, .warning, .note].flatMap { severity in
                all.filter { $0.severity == .known(severity) }
            }
        }
    }

    /// The oldest first, of each name one.
    let associations: [SecurityAssociation]
    /// Likewise; those of sockets are not among them.
    let policies: [SecurityPolicy]
    let file: Standing
    /// By what the kernel is spoken to.
    let traits: KernelTraits
    let now: Instant
    /// The databases that the kernel cannot list to their ends, and that it says so.
    let gaps: [String]
    /// Whether policies of sockets want SAs, too.
    let hasSocketDemands: Bool

    /// SAs of tunnels that packets leave by, of each other end one, as far as their number goes.
    var tunnels: [SecurityAssociation] {
        var ends: Set<IPAddress> = []
        for policy in policies where policy.identity.direction == .outbound {
            for transform in policy.transforms where transform.mode == .tunnel {
                if let end = transform.endpoints?.destination { ends.insert(end) }
            }
        }
        var found: [SecurityAssociation] = []
        for association in associations where association.mode == .tunnel && association.identity.ipsecProtocol == .esp
        {
            guard found.count < PathFindings.limit, ends.remove(association.identity.destination) != nil else {
                continue
            }
            found.append(association)
        }
        return found
    }

    /// The other ends of tunnels that packets of IPv6 leave by.
    var tunnelsOfIPv6: Set<IPAddress> {
        var ends: Set<IPAddress> = []
        for policy in policies
        where policy.identity.direction == .outbound && policy.identity.selector.source.address.family == .ipv6 {
            ends.formUnion(policy.transforms.compactMap(\.endpoints?.destination))
        }
        return ends
    }

    /// Whether the kernel is this machine's, and not one in the process.
    package var isOfMachine: Bool { traits.protectsTraffic }

    /// The other ends of tunnels: the shell tells the MTU of the paths to them.
    package var tunnelEnds: [IPAddress] { tunnels.map(\.identity.destination) }

    /// Where ESP in UDP of SAs arrives that may be this machine's.
    package var arrivals: [IPAddress] {
        var known: Set<IPAddress> = []
        for association in associations where known.count < PathFindings.limit {
            if let arrival = association.arrival { known.insert(arrival.address) }
        }
        return Array(known)
    }

    /// Judges.
    package func result(_ machine: MachineReport) -> Result {
        let rules = ruleFindings
        let unserved = rules.filter { $0.code == RuleCode.noSAForPolicy.rawValue }
        return Result(
            findings: standingFindings + LifeFindings(examination: self).findings + rules
                + MachineFindings(examination: self, machine: machine).findings
                + PathFindings(examination: self, machine: machine).findings,
            counters: CounterFindings(examination: self, unserved: unserved).observations(machine))
    }

    /// How the kernel stands to the file, and by what it is spoken to.
    private var standingFindings: [FindingRecord] {
        var found: [FindingRecord] = []
        if let trouble = file.trouble {
            found.append(
                FindingRecord(
                    .error, code: .notSettled, "the kernel does not hold what the file declares: \(trouble)",
                    remedy: file.isOff
                        ? "run 'setkey --on'; 'setkey --plan' shows what that would apply"
                        : "see 'setkey --plan' for what is missing, and the journal for why"))
        }
        found += gaps.map { gap in
            FindingRecord(.warning, code: .incomplete, gap, remedy: "run setkeyd with --kernel xfrm, which can")
        }
        if file.expiredCount > 0 {
            found.append(
                FindingRecord(
                    .error, code: .expired,
                    "\(counted(file.expiredCount, "entry", "entries")) of the file reached the end "
                        + "of their lifetime, and are gone", evidence: file.expired,
                    remedy: "change their statements, with other keys, and reload the file"))
        }
        if traits.protectsTraffic, traits.hasRicherAlternative {
            found.append(
                FindingRecord(
                    .note, code: .oldInterface,
                    "the kernel is spoken to by \(traits.name), which Linux removes in 2027",
                    remedy: "run setkeyd with --kernel xfrm, or auto, which finds it"))
        }
        return found
    }

    /// What the rules about files say of what the kernel has, without SAs that have no keys yet.
    private var ruleFindings: [FindingRecord] {
        let associations = associations.filter { $0.state != .larval }
        let state = DesiredState(associations: associations, policies: policies)
        return FileRules.remarks(on: state, in: .kernel).compactMap { remark in
            let (diagnostic, place) = (remark.diagnostic, remark.diagnostic.range.lowerBound)
            let finding = FindingRecord(
                DiagnosticSeverity(diagnostic.severity), code: diagnostic.code?.rawValue ?? "", diagnostic.message,
                remedy: diagnostic.advice)
            return judged(
                remark.source == DesiredState.associationSource
                    ? named(finding, associations[place]) : named(finding, policies[place]), diagnostic.code)
        }
    }

    /// What a remark weighs of entries that are there, and not only written down; `nil` where it may not be true.
    private func judged(_ finding: FindingRecord, _ code: RuleCode?) -> FindingRecord? {
        var finding = finding
        let isForeign = finding.owner == "foreign"
        switch code {
        case .noSAForPolicy:
            guard gaps.isEmpty else { return nil }
            // Whoever makes policies for IKE makes the SAs when packets come.
            finding.severity = .known(isForeign ? .note : .error)
            if isForeign { finding.cause = "its program may make the SA when a packet asks for it, as IKE daemons do" }
        case .noPolicyForSA:
            guard gaps.isEmpty, !hasSocketDemands else { return nil }
            if isForeign { finding.severity = .known(.note) }
        default: break
        }
        return finding
    }

    // MARK: Findings about an entry

    func finding(
        _ severity: DiagnosticSeverity, code: FindingCode, _ message: String, about association: SecurityAssociation,
        evidence: [String] = [], cause: String? = nil, remedy: String? = nil
    ) -> FindingRecord {
        named(
            FindingRecord(severity, code: code, message, evidence: evidence, cause: cause, remedy: remedy), association)
    }

    func finding(
        _ severity: DiagnosticSeverity, code: FindingCode, _ message: String, about policy: SecurityPolicy,
        cause: String? = nil, remedy: String? = nil
    ) -> FindingRecord {
        named(FindingRecord(severity, code: code, message, cause: cause, remedy: remedy), policy)
    }

    private func named(_ finding: FindingRecord, _ association: SecurityAssociation) -> FindingRecord {
        var finding = finding
        finding.subject = "\(association.identity) from \(association.source)"
        finding.owner = file.owners.owner(of: association.identity)
        return finding
    }

    private func named(_ finding: FindingRecord, _ policy: SecurityPolicy) -> FindingRecord {
        var finding = finding
        finding.subject = Statement.Kind.addPolicy(policy).text()
        finding.owner = file.owners.owner(of: policy.identity)
        return finding
    }
}

extension Examination.Standing {
    init(_ reconciler: Reconciler) {
        let owners = EntryOwners(of: reconciler)
        self.init(
            owners: owners, trouble: reconciler.trouble, isOff: reconciler.mainSwitch.isOff,
            closedPorts: reconciler.arrivalPorts.closed,
            expiredCount: reconciler.mainSwitch.isOff ? 0 : owners.expiredCount,
            expired: owners.expired(limit: 5))
    }
}

extension DiagnosticSeverity {
    init(_ severity: Diagnostic.Severity) {
        switch severity {
        case .error: self = .error
        case .warning: self = .warning
        case .note: self = .note
        }
    }
}
