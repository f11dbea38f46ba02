import IPsec

extension DesiredState {
    /// What a text is for.
    package enum Reading: Sendable {
        /// The daemon's file: each entry is declared once.
        case declaration
        /// Statements that run one after another: `update` and `spdupdate` replace what was added before, and those
        /// that declare nothing are in order.
        case script
    }

    /// Reads statements as declarations (language 4), one after another, in linear time.
    package struct Evaluation {
        private(set) var associations = Declarations<SAIdentity, SecurityAssociation>()
        private var policies = Declarations<PolicyIdentity, SecurityPolicy>()
        /// What becomes of packets that no policy matches; `spdflush` does not touch it.
        private var defaults = Declarations<PolicyIdentity, SecurityPolicy>()
        private(set) var timedAssociations = TimedDeclarations<SAIdentity, SecurityAssociation>()
        private var timedPolicies = TimedDeclarations<PolicyIdentity, SecurityPolicy>()
        private var absentAssociations = Declarations<SAIdentity, SAReference>()
        private var absentPolicies = Declarations<PolicyIdentity, PolicyIdentity>()
        private var absentPairs = Declarations<AddressPair, AddressPair>()
        private var ownership = Ownership()
        /// The number of the statement; what was declared before a barrier is forgotten without being touched.
        private var clock = 1
        private var flushes: [IPsecProtocol: Int] = [:]
        /// Whether an SA with ESP in UDP has been declared: most files have none, and need not be searched for them.
        private var hasArrivals = false
        /// Whether a policy has been declared that is bound to a device; there, too.
        private var hasDevices = false
        /// The masks of the marks of declared SAs.
        private(set) var masks = MarkMasks()
        /// Errors of two declarations of one entry, each followed by a note at the first, and warnings of statements
        /// that declare nothing.
        package private(set) var diagnostics: [LoadedDiagnostic] = []
        /// All errors, those not kept included.
        package private(set) var errorCount = 0
        private let diagnosticLimit: Int
        let reading: Reading

        /// - Parameters:
        ///   - reading: what the text is for.
        ///   - associations: how many SAs are expected; room is made for them at once.
        ///   - policies: as many policies.
        package init(
            _ reading: Reading = .declaration, diagnosticLimit: Int = 100, expecting associations: Int = 0,
            policies: Int = 0
        ) {
            self.reading = reading
            self.diagnosticLimit = diagnosticLimit
            self.associations.reserve(associations)
            self.policies.reserve(policies)
        }

        /// Takes the next statement.
        package mutating func add(_ statement: Statement, from source: Int) {
            add(statement.kind, at: StatementOrigin(source: source, range: statement.range), during: statement.validity)
        }

        /// Takes the next statement.
        package mutating func add(
            _ kind: Statement.Kind, at origin: StatementOrigin, during validity: Validity = .always
        ) {
            clock += 1
            switch kind {
            case .add(let association) where validity != .always: declare(association, origin, during: validity)
            case .add(let association): declare(association, origin)
            case .update(let association): declare(association, origin, replaces: reading == .script)
            case .addPolicy(let policy) where policy.identity.isDefault: declareDefault(policy, origin)
            case .addPolicy(let policy) where validity != .always: declare(policy, origin, during: validity)
            case .addPolicy(let policy): declare(policy, origin)
            case .updatePolicy(let policy): declare(policy, origin, replaces: reading == .script)
            case .delete(let reference):
                associations.remove(reference.identity)
                timedAssociations.remove(reference.identity)
                absentAssociations.replace(reference.identity, reference, origin, clock)
            case .deleteAll(let source, let destination, let ipsecProtocol):
                let pair = AddressPair(source: source, destination: destination, ipsecProtocol: ipsecProtocol)
                absentPairs.replace(pair, pair, origin, clock)
            case .deletePolicy(let identity):
                policies.remove(identity)
                timedPolicies.remove(identity)
                absentPolicies.replace(identity, identity, origin, clock)
            case .flush(let ipsecProtocol):
                for flushed in ipsecProtocol.map({ [$0] }) ?? IPsecProtocol.allCases {
                    flushes[flushed] = clock
                    ownership.protocols.insert(flushed)
                }
            case .flushPolicies:
                policies = Declarations()
                timedPolicies = TimedDeclarations()
                absentPolicies = Declarations()
                ownership.policies = true
            case .get, .dump, .dumpPolicies, .reserveSPI: if reading == .declaration { warnOfNothing(origin) }
            case .include, .end: break
            }
        }

        /// The state after all statements, at the beginning of time: of what holds for a time, nothing has begun.
        package consuming func finish() -> DesiredState {
            let (associations, policies) = (
                timedAssociations.remaining { clock, association in isKept(association, since: clock) },
                timedPolicies.remaining { _, _ in true }
            )
            let lasting = finishLasting()
            guard !associations.isEmpty || !policies.isEmpty else { return lasting }
            var state = lasting
            state.schedule = Schedule(lasting: lasting, associations: associations, policies: policies)
            state.losses = Coverage.losses(of: state)
            return state.at(0)
        }

        private consuming func finishLasting() -> DesiredState {
            var state = DesiredState()
            state.masks = masks
            state.ownership = ownership
            state.associations = associations.remaining { clock, association in isKept(association, since: clock) }
            state.policies = policies.remaining { _, _ in true }
            for declared in defaults.remaining(where: { _, _ in true }) {
                state.policies.append(declared, named: declared.entry.identity)
            }
            if hasDevices { state.boundPolicies = state.policies.map(\.entry.identity).filter { $0.device != nil } }
            if hasArrivals { state.arrivals = Self.arrivals(of: state.associations) }
            state.absences.associations = absentAssociations.remaining { clock, reference in
                clock > flushes[reference.identity.ipsecProtocol, default: 0]
            }
            state.absences.pairs = absentPairs.remaining { clock, pair in
                let protocols = pair.ipsecProtocol.map { [$0] } ?? IPsecProtocol.allCases
                return protocols.contains { clock > flushes[$0, default: 0] }
            }
            state.absences.policies = absentPolicies.remaining { _, _ in true }
            return state
        }

        private static func arrivals(
            of associations: DeclaredEntries<SAIdentity, SecurityAssociation>
        ) -> [UDPEndpoint] {
            var known: Set<UDPEndpoint> = []
            return associations.compactMap(\.entry.arrival).filter { known.insert($0).inserted }
        }

        /// Whether neither a flush nor a `deleteall` came after the declaration.
        func isKept(_ association: SecurityAssociation, since declaration: Int) -> Bool {
            let ipsecProtocol = association.identity.ipsecProtocol
            guard declaration > flushes[ipsecProtocol, default: 0] else { return false }
            guard !absentPairs.isEmpty else { return true }
            return [ipsecProtocol, nil].allSatisfy { named in
                let pair = AddressPair(
                    source: association.source, destination: association.identity.destination, ipsecProtocol: named)
                return declaration > absentPairs.clock(of: pair) ?? 0
            }
        }

        private mutating func declare(
            _ association: SecurityAssociation, _ origin: StatementOrigin, replaces: Bool = false
        ) {
            absentAssociations.remove(association.identity)
            if association.arrival != nil { hasArrivals = true }
            masks.note(association.identity.mark)
            if !replaces, let rival = rival(of: association, in: .always) {
                return reportDuplicate("\(association.identity) is declared twice", origin, rival)
            }
            guard let first = associations.insert(association.identity, association, origin, clock) else { return }
            if !replaces, isKept(first.declared.entry, since: first.clock) {
                return reportDuplicate("\(association.identity) is declared twice", origin, first.declared.origin)
            }
            associations.replace(association.identity, association, origin, clock)
        }

        private mutating func declare(
            _ policy: SecurityPolicy, _ origin: StatementOrigin, replaces: Bool = false
        ) {
            absentPolicies.remove(policy.identity)
            if policy.identity.isBound, policy.identity.device != nil { hasDevices = true }
            if let rival = timedPolicies.rivals(of: policy.identity, in: .always).first?.declared {
                return reportDuplicate("this policy is declared twice", origin, rival.origin)
            }
            guard let first = policies.insert(policy.identity, policy, origin, clock) else { return }
            if replaces { return policies.replace(policy.identity, policy, origin, clock) }
            reportDuplicate("this policy is declared twice", origin, first.declared.origin)
        }

        // MARK: For a time

        /// What two declarations of one name are, of which one holds for a time.
        private static let succession = "let one end before the other begins, or remove one of the two"

        private mutating func declare(
            _ association: SecurityAssociation, _ origin: StatementOrigin, during validity: Validity
        ) {
            let identity = association.identity
            absentAssociations.remove(identity)
            masks.note(identity.mark)
            let lasting = associations.declaration(of: identity).flatMap { [self] in
                isKept($0.declared.entry, since: $0.clock) ? $0.declared.origin : nil
            }
            if let rival = lasting ?? rival(of: association, in: validity) {
                return reportDuplicate("\(identity) is declared twice at one time", origin, rival, Self.succession)
            }
            timedAssociations.insert(identity, association, origin, validity, clock)
        }

        /// Where an SA of this name is declared that holds at some moment of `validity`, but not at all times.
        private func rival(of association: SecurityAssociation, in validity: Validity) -> StatementOrigin? {
            timedAssociations.rivals(of: association.identity, in: validity)
                .first { isKept($0.declared.entry, since: $0.clock) }?.declared.origin
        }

        private mutating func declare(
            _ policy: SecurityPolicy, _ origin: StatementOrigin, during validity: Validity
        ) {
            absentPolicies.remove(policy.identity)
            let lasting = policies.declaration(of: policy.identity)?.declared
            if let rival = lasting ?? timedPolicies.rivals(of: policy.identity, in: validity).first?.declared {
                return reportDuplicate(
                    "this policy is declared twice at one time", origin, rival.origin, Self.succession)
            }
            timedPolicies.insert(policy.identity, policy, origin, validity, clock)
        }

        private mutating func declareDefault(_ policy: SecurityPolicy, _ origin: StatementOrigin) {
            guard let first = defaults.insert(policy.identity, policy, origin, clock) else { return }
            if reading == .script { return defaults.replace(policy.identity, policy, origin, clock) }
            reportDuplicate(
                "the default for '\(policy.identity.direction.word)' is declared twice", origin, first.declared.origin)
        }

        // MARK: Diagnostics

        mutating func reportDuplicate(
            _ message: @autoclosure () -> String, _ second: StatementOrigin, _ first: StatementOrigin,
            _ advice: String = "remove one of the two"
        ) {
            errorCount += 1
            // A text may have as many as statements.
            guard diagnostics.count < 2 * diagnosticLimit else { return }
            report(.error, second, message(), advice)
            report(.note, first, "the first declaration is here", "")
        }

        private mutating func warnOfNothing(_ origin: StatementOrigin) {
            report(.warning, origin, "this declares nothing in the daemon's file, and is ignored", "remove it")
        }

        private mutating func report(
            _ severity: Diagnostic.Severity, _ origin: StatementOrigin, _ message: String, _ advice: String
        ) {
            guard diagnostics.count < 2 * diagnosticLimit else { return }
            let diagnostic = Diagnostic(severity, at: origin.range, message, advice: advice)
            diagnostics.append(LoadedDiagnostic(diagnostic: diagnostic, source: origin.source))
        }
    }
}
