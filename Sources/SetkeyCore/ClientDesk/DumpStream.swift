import ControlProtocol
import IPsec
import SetkeySyntax

/// A dump on its way to one client: it waits for fresh entries, then walks the mirror in parts, at the pace at which
/// the client reads.
struct DumpStream: Sendable {
    /// What the entries become.
    enum Form: Sendable {
        /// The text of `setkey -D` or `-DP`.
        case text
        case records(showKeys: Bool)
    }

    /// About this many bytes of text make a part.
    static let partSize = 128 * 1024
    /// Room for a part: the entry that makes it one is longer than what is missing.
    static let partCapacity = partSize + 4096
    /// This many records make a part.
    private static let recordsPerPart = 200

    let database: DatabaseName
    let form: Form
    /// The dump that must be over first; see ``DumpSchedule``.
    let ticket: Int
    private let filter: AssociationFilter
    /// Writes what travels.
    private var format: DumpFormat
    private var associations = TableWalk<SecurityAssociation>()
    private var policies = TableWalk<SecurityPolicy>()
    private(set) var isFinished = false

    init(
        database: DatabaseName, form: Form, ticket: Int, ipsecProtocol: IPsecProtocol?, includesDead: Bool,
        format: DumpFormat
    ) {
        self.database = database
        self.form = form
        self.ticket = ticket
        filter = AssociationFilter(ipsecProtocol: ipsecProtocol, includesDead: includesDead)
        self.format = format
    }

    /// Whether the walk has begun.
    var hasBegun: Bool { associations.hasBegun || policies.hasBegun }

    // MARK: Text

    /// Appends the next part; ``isFinished`` tells whether it was the last.
    mutating func appendPart(of mirror: inout Mirror, to output: inout WireText) {
        output.appendEscaped { appendPart(of: &mirror, to: &$0) }
    }

    private mutating func appendPart(of mirror: inout Mirror, to output: inout [UInt8]) {
        let (filter, limit) = (filter, output.count + Self.partSize)
        switch database {
        case .associations:
            if associations.begin(&mirror.associations, where: filter.passes) {
                format.appendNoAssociations(to: &output)
            }
            while let (association, isLast) = associations.next(&mirror.associations, where: filter.passes) {
                format.append(association, isLast: isLast, to: &output)
                if !isLast, output.count >= limit { return }
            }
        case .policies:
            if policies.begin(&mirror.policies, where: { _ in true }) { format.appendNoPolicies(to: &output) }
            while let (policy, isLast) = policies.next(&mirror.policies, where: { _ in true }) {
                format.append(policy, isLast: isLast, to: &output)
                if !isLast, output.count >= limit { return }
            }
            format.appendSummary(to: &output)
        }
        finish(&mirror)
    }

    // MARK: Records

    /// The next part as a reply; ``isFinished`` tells whether it was the last.
    mutating func nextRecords(of mirror: inout Mirror, showKeys: Bool, at now: Instant) -> Reply {
        let reply: Reply
        switch database {
        case .associations:
            let (entries, isLast) = associations.nextPart(
                of: Self.recordsPerPart, &mirror.associations, where: filter.passes)
            isFinished = isLast
            let records = entries.map { AssociationRecord($0, showKeys: showKeys) }
            reply = .associations(AssociationsReply(associations: records, time: now.seconds))
        case .policies:
            let (entries, isLast) = policies.nextPart(
                of: Self.recordsPerPart, &mirror.policies, where: { _ in true })
            isFinished = isLast
            reply = .policies(PoliciesReply(policies: entries.map { PolicyRecord($0) }))
        }
        if isFinished { close(&mirror) }
        return reply
    }

    private mutating func finish(_ mirror: inout Mirror) {
        isFinished = true
        close(&mirror)
    }

    /// Gives the cursors back; also for a client that has left.
    mutating func close(_ mirror: inout Mirror) {
        associations.close(&mirror.associations)
        policies.close(&mirror.policies)
    }
}

/// The SAs that a client wants to see.
private struct AssociationFilter: Sendable {
    /// `nil` for all.
    let ipsecProtocol: IPsecProtocol?
    /// Those too whose lifetime has ended.
    let includesDead: Bool

    func passes(_ association: SecurityAssociation) -> Bool {
        (ipsecProtocol == nil || association.identity.ipsecProtocol == ipsecProtocol)
            && (includesDead || association.state != .dead)
    }
}
