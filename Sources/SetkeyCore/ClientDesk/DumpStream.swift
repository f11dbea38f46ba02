import ControlProtocol
import IPsec
import SetkeySyntax

/// A dump on its way to one client: it walks the mirror in parts, at the pace at which the client reads, and no faster
/// than the kernel has told what it has.
struct DumpStream: Sendable {
    /// What the entries become.
    enum Form: Sendable {
        /// The text of `setkey -D` or `-DP`.
        case text
        case records
        /// Statements that make the entries again.
        case statements(SavedStatements)

        var isRecords: Bool { if case .records = self { true } else { false } }
    }

    /// About this many bytes of text make a part.
    static let partSize = 128 * 1024
    /// Room for a part: the entry that makes it one is longer than what is missing.
    static let partCapacity = partSize + 4096
    /// This many records make a part. While the kernel tells what it has, a part is looked for each time after as many.
    static let recordsPerPart = 200

    let database: DatabaseName
    let form: Form
    /// Whether a statement of a run prints it, or a call of its own asks for it.
    let isOfRun: Bool
    /// The dump that tells what is shown; see ``DumpSchedule``.
    let ticket: Int
    let filter: AssociationFilter
    /// Writes what travels as text, and says of records what is shown.
    private var format: DumpFormat
    /// Says whose the entries are, as it was when the dump was asked for; `nil` if nobody wants to know.
    private let owners: EntryOwners?
    var associations: TableWalk<SecurityAssociation>
    var policies: TableWalk<SecurityPolicy>
    var isFinished = false
    /// Whether the client has read what there was, and gets the next part as soon as there is one.
    var isAwaited = true

    init(
        database: DatabaseName, form: Form, isOfRun: Bool = false, ticket: Int, ipsecProtocol: IPsecProtocol?,
        includesDead: Bool,
        format: DumpFormat, owners: EntryOwners? = nil
    ) {
        self.database = database
        self.form = form
        self.isOfRun = isOfRun
        self.ticket = ticket
        filter = AssociationFilter(ipsecProtocol: ipsecProtocol, includesDead: includesDead)
        self.format = format
        self.owners = owners
        let end: TableEnd = if case .statements = form { .oldest } else { .newest }
        (associations, policies) = (TableWalk(from: end), TableWalk(from: end))
    }

    // MARK: Text

    /// Appends the next part; ``isFinished`` tells whether it was the last.
    /// - Parameter isDumpOver: as in ``TableWalk``; if not, there may be nothing to append yet.
    mutating func appendPart(of mirror: inout Mirror, isDumpOver: Bool, to output: inout WireText) {
        output.appendEscaped { appendPart(of: &mirror, isDumpOver, to: &$0) }
    }

    private mutating func appendPart(of mirror: inout Mirror, _ isOver: Bool, to output: inout [UInt8]) {
        let (filter, limit) = (filter, output.count + Self.partSize)
        switch database {
        case .associations:
            if associations.begin(&mirror.associations, isDumpOver: isOver, where: filter.passes) {
                format.appendNoAssociations(to: &output)
                isFinished = true
            }
            while output.count < limit,
                let (association, isLast) = associations.next(
                    &mirror.associations, isDumpOver: isOver, where: filter.passes)
            {
                format.append(
                    association, isLast: isLast, owner: owners?.owner(of: association.identity), to: &output)
                isFinished = isLast
            }
        case .policies:
            if policies.begin(&mirror.policies, isDumpOver: isOver, where: { _ in true }) {
                format.appendNoPolicies(to: &output)
                isFinished = true
            }
            while output.count < limit,
                let (policy, isLast) = policies.next(&mirror.policies, isDumpOver: isOver, where: { _ in true })
            {
                format.append(policy, isLast: isLast, owner: owner(of: policy), to: &output)
                isFinished = isLast
            }
            if isFinished { format.appendSummary(to: &output) }
        }
        if isFinished { close(&mirror) }
    }

    // MARK: Records

    /// The next part as a reply; ``isFinished`` tells whether it was the last, and `nil` that there is nothing yet.
    mutating func nextRecords(
        of mirror: inout Mirror, isDumpOver: Bool, at now: Instant
    ) -> Reply? {
        let options = format.options
        defer { if isFinished { close(&mirror) } }
        switch database {
        case .associations:
            let (entries, isLast) = associations.nextPart(
                of: Self.recordsPerPart, &mirror.associations, isDumpOver: isDumpOver, where: filter.passes)
            isFinished = isLast
            guard isLast || !entries.isEmpty else { return nil }
            let records = entries.map { association in
                var record = AssociationRecord(
                    association, showKeys: options.showKeys, fingerprints: options.fingerprints, digest: options.digest)
                record.owner = owners?.owner(of: association.identity)
                return record
            }
            return .associations(AssociationsReply(associations: records, time: now.seconds))
        case .policies:
            let (entries, isLast) = policies.nextPart(
                of: Self.recordsPerPart, &mirror.policies, isDumpOver: isDumpOver,
                where: { !options.hidePerSocket || !$0.identity.direction.isPerSocket })
            isFinished = isLast
            guard isLast || !entries.isEmpty else { return nil }
            let records = entries.map { policy in
                var record = PolicyRecord(policy)
                record.owner = owner(of: policy)
                return record
            }
            return .policies(PoliciesReply(policies: records))
        }
    }

    /// A policy of a socket is its program's.
    private func owner(of policy: SecurityPolicy) -> String? {
        policy.identity.direction.isPerSocket ? nil : owners?.owner(of: policy.identity)
    }

    /// Gives the cursors back; also for a client that has left.
    mutating func close(_ mirror: inout Mirror) {
        associations.close(&mirror.associations)
        policies.close(&mirror.policies)
    }
}

/// The SAs that a client wants to see.
struct AssociationFilter: Sendable {
    /// `nil` for all.
    let ipsecProtocol: IPsecProtocol?
    /// Those too whose lifetime has ended.
    let includesDead: Bool

    func passes(_ association: SecurityAssociation) -> Bool {
        if let ipsecProtocol, ipsecProtocol != association.identity.ipsecProtocol { return false }
        // Not by `==`, which is a generic call for an enum of another target.
        if case .dead = association.state { return includesDead }
        return true
    }
}
