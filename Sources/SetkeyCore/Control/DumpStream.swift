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
    private static let partSize = 128 * 1024
    /// This many records make a part.
    private static let recordsPerPart = 200

    let database: DatabaseName
    let form: Form
    /// The dump that must be over first; see ``DumpSchedule``.
    let ticket: Int
    private let ipsecProtocol: IPsecProtocol?
    private let includesDead: Bool
    private var format: DumpFormat
    private var associationCursor: EntryTable<SecurityAssociation>.CursorID?
    private var policyCursor: EntryTable<SecurityPolicy>.CursorID?
    /// The entry after the last one printed: only one who has looked ahead knows the last one, which is marked.
    private var ahead: SecurityAssociation?
    private var policyAhead: SecurityPolicy?
    private(set) var hasBegun = false
    /// Whether there was nothing to walk.
    private var isEmpty = false
    private(set) var isFinished = false

    init(
        database: DatabaseName, form: Form, ticket: Int, ipsecProtocol: IPsecProtocol?, includesDead: Bool,
        format: DumpFormat
    ) {
        self.database = database
        self.form = form
        self.ticket = ticket
        self.ipsecProtocol = ipsecProtocol
        self.includesDead = includesDead
        self.format = format
    }

    // MARK: Text

    /// Appends the next part; ``isFinished`` tells whether it was the last.
    mutating func appendPart(of mirror: inout Mirror, to output: inout [UInt8]) {
        let limit = output.count + Self.partSize
        switch database {
        case .associations:
            begin(&mirror)
            if isEmpty { output.append(DumpFormat.noAssociations) }
            appendAssociations(of: &mirror, to: &output, limit: limit)
        case .policies:
            begin(&mirror)
            if isEmpty { output.append(DumpFormat.noPolicies) }
            appendPolicies(of: &mirror, to: &output, limit: limit)
        }
    }

    // Entries are taken out of `ahead`, and it is looked into once a round: comparing it with `nil` would copy it.

    private mutating func appendAssociations(of mirror: inout Mirror, to output: inout [UInt8], limit: Int) {
        while let association = ahead.take() {
            let next = nextAssociation(&mirror)
            let isLast = if case nil = next { true } else { false }
            ahead = next
            format.append(association, isLast: isLast, to: &output)
            if !isLast, output.count >= limit { return }
        }
        finish(&mirror)
    }

    private mutating func appendPolicies(of mirror: inout Mirror, to output: inout [UInt8], limit: Int) {
        while let policy = policyAhead.take() {
            let next = nextPolicy(&mirror)
            let isLast = if case nil = next { true } else { false }
            policyAhead = next
            format.append(policy, isLast: isLast, to: &output)
            if !isLast, output.count >= limit { return }
        }
        format.appendSummary(to: &output)
        finish(&mirror)
    }

    // MARK: Records

    /// The next part as a reply; ``isFinished`` tells whether it was the last.
    mutating func nextRecords(of mirror: inout Mirror, showKeys: Bool, at now: Instant) -> Reply {
        begin(&mirror)
        switch database {
        case .associations:
            var records: [AssociationRecord] = []
            while records.count < Self.recordsPerPart, let association = ahead {
                records.append(AssociationRecord(association, showKeys: showKeys))
                ahead = nextAssociation(&mirror)
            }
            if ahead == nil { finish(&mirror) }
            return .associations(AssociationsReply(associations: records, time: now.seconds))
        case .policies:
            var records: [PolicyRecord] = []
            while records.count < Self.recordsPerPart, let policy = policyAhead {
                records.append(PolicyRecord(policy))
                policyAhead = nextPolicy(&mirror)
            }
            if policyAhead == nil { finish(&mirror) }
            return .policies(PoliciesReply(policies: records))
        }
    }

    // MARK: The walk

    private mutating func begin(_ mirror: inout Mirror) {
        guard !hasBegun else { return }
        hasBegun = true
        defer { isEmpty = ahead == nil && policyAhead == nil }
        switch database {
        case .associations:
            associationCursor = mirror.associations.openCursor()
            ahead = nextAssociation(&mirror)
        case .policies:
            policyCursor = mirror.policies.openCursor()
            policyAhead = nextPolicy(&mirror)
        }
    }

    private mutating func nextAssociation(_ mirror: inout Mirror) -> SecurityAssociation? {
        guard let cursor = associationCursor else { return nil }
        while let association = mirror.associations.next(cursor) {
            guard ipsecProtocol == nil || association.identity.ipsecProtocol == ipsecProtocol,
                includesDead || association.state != .dead
            else { continue }
            return association
        }
        return nil
    }

    private mutating func nextPolicy(_ mirror: inout Mirror) -> SecurityPolicy? {
        guard let cursor = policyCursor else { return nil }
        return mirror.policies.next(cursor)
    }

    private mutating func finish(_ mirror: inout Mirror) {
        isFinished = true
        close(&mirror)
    }

    /// Gives the cursors back; also for a client that has left.
    func close(_ mirror: inout Mirror) {
        if let associationCursor { mirror.associations.closeCursor(associationCursor) }
        if let policyCursor { mirror.policies.closeCursor(policyCursor) }
    }
}
