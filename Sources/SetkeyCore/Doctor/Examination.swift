import ControlProtocol
package import IPsec
import SetkeySyntax

/// What is judged: the kernel's entries as they are at one moment, and what is known about them. The shell has it judged
/// away from the main queue, with what the machine says: the rules look at all entries at once.
package struct Examination: Sendable {
    /// How things stand with the daemon's file.
    struct Standing: Sendable {
        /// Says whose entries are.
        let owners: EntryOwners
        /// What keeps the kernel from what the file declares; `nil` where nothing does.
        let trouble: String?
        /// Ports that could not be opened for ESP in UDP.
        let closedPorts: [ClosedPort]
    }

    /// What has been found.
    package struct Result: Sendable {
        /// The worst first.
        let findings: [FindingRecord]
        /// How the counters were.
        let book: CounterBook
    }

    /// The oldest first, of each name one.
    let associations: [SecurityAssociation]
    /// Likewise; those of sockets are not among them.
    let policies: [SecurityPolicy]
    let file: Standing
    /// By what the kernel is spoken to.
    let traits: KernelTraits
    let now: Instant
    /// The counters when they were looked at last.
    let former: CounterBook?

    /// SAs of tunnels that packets leave by, of each other end one, as far as their number goes.
    var tunnels: [SecurityAssociation] {
        var ends: Set<IPAddress> = []
        for policy in policies where policy.identity.direction == .outbound {
            for transform in policy.transforms where transform.mode == .tunnel {
                if let end = transform.endpoints?.destination { ends.insert(end) }
            }
        }
        var found: [SecurityAssociation] = []
        for association in associations where association.mode == .tunnel {
            guard found.count < PathFindings.limit, ends.remove(association.identity.destination) != nil else {
                continue
            }
            found.append(association)
        }
        return found
    }

    /// Whether the kernel is this machine's, and not one in the process.
    package var isOfMachine: Bool { traits.protectsTraffic }

    /// The other ends of tunnels: the shell tells the MTU of the paths to them.
    package var tunnelEnds: [IPAddress] { tunnels.map(\.identity.destination) }

    /// Judges.
    package func result(_ machine: MachineReport) -> Result {
        let rules = ruleFindings
        let unserved = rules.filter { $0.code == RuleCode.noSAForPolicy.rawValue }
        var findings = standingFindings + CounterFindings(examination: self, unserved: unserved).findings(machine)
        findings += LifeFindings(examination: self).findings
        findings += rules
        findings += MachineFindings(examination: self, machine: machine).findings
        findings += PathFindings(examination: self, machine: machine).findings
        let order = [DiagnosticSeverity.error, .warning, .note]
        return Result(
            findings: order.flatMap { severity in findings.filter { $0.severity == .known(severity) } },
            book: CounterBook(
                takenAt: now.monotonic,
                values: Dictionary(machine.counters.map { ($0.name, $0.value) }) { $1 }))
    }

    /// How the kernel stands to the file, and by what it is spoken to.
    private var standingFindings: [FindingRecord] {
        var found: [FindingRecord] = []
        if let trouble = file.trouble {
            found.append(
                FindingRecord(
                    .error, code: .notSettled, "the kernel does not hold what the file declares: \(trouble)",
                    remedy: "see 'setkey --plan' for what is missing, and the journal for why"))
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
        return FileRules.remarks(on: state, in: .kernel).map { remark in
            let (diagnostic, place) = (remark.diagnostic, remark.diagnostic.range.lowerBound)
            let finding = FindingRecord(
                DiagnosticSeverity(diagnostic.severity), code: diagnostic.code?.rawValue ?? "", diagnostic.message,
                remedy: diagnostic.advice)
            return remark.source == DesiredState.associationSource
                ? named(finding, associations[place]) : named(finding, policies[place])
        }
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
        self.init(
            owners: EntryOwners(of: reconciler), trouble: reconciler.trouble,
            closedPorts: reconciler.arrivalPorts.closed)
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
