import ControlProtocol
import IPsec
import TextBytes

/// SAs that come near to their ends, or wait for their beginning: by lifetimes, by sequence numbers.
struct LifeFindings {
    /// How many SAs are told of for each reason.
    private static let limit = 20

    let examination: Examination

    private var now: UInt64 { UInt64(clamping: examination.now.seconds) }

    var findings: [FindingRecord] { numbers + lifetimes + larval }

    private var numbers: [FindingRecord] {
        let marked = examination.associations.compactMap { association in
            SequenceMark(association).map { (association, mark: $0) }
        }
        return marked.sorted { $0.mark > $1.mark }.prefix(Self.limit).map { association, mark in
            examination.finding(
                mark >= .ninetyNine ? .error : .warning, code: .sequenceEnd, association.sequenceComplaint,
                about: association)
        }
    }

    private var lifetimes: [FindingRecord] {
        let successors = Set(examination.associations.lazy.filter { isFresh($0) }.map(AssociationPurpose.init))
        return examination.associations.lazy.compactMap { association -> FindingRecord? in
            guard association.state != .larval, !isFresh(association),
                !successors.contains(AssociationPurpose(association))
            else {
                return nil
            }
            return examination.finding(
                .warning, code: .lifetimeEnd, "an SA \(end(of: association)), and none takes its place",
                about: association, remedy: "add the next SA on both ends")
        }.prefix(Self.limit).map { $0 }
    }

    /// A program that does not answer leaves many.
    private var larval: [FindingRecord] {
        let waiting = examination.associations.filter { $0.state == .larval }
        guard !waiting.isEmpty else { return [] }
        return [
            FindingRecord(
                .warning, code: .larvalAssociation,
                "\(counted(waiting.count, "SA waits", "SAs wait")) for keys: nothing is sent by such an SA",
                evidence: waiting.prefix(5).map { "\($0.identity) from \($0.source)" },
                cause: "the kernel, or 'getspi', has reserved it, and nobody has filled it",
                remedy: "add the SA, or see why no key manager does")
        ]
    }

    private func isFresh(_ association: SecurityAssociation) -> Bool {
        association.state == .mature && (shortest(association).map { $0.left > $0.limit / 10 } ?? true)
    }

    private func end(of association: SecurityAssociation) -> String {
        guard let (left, limit, unit) = shortest(association), left <= limit / 10 else {
            return "has reached its soft lifetime"
        }
        return "ends in \(counted(left, unit))"
    }

    /// What is left of the hard limit of which least is left.
    private func shortest(_ association: SecurityAssociation) -> (left: UInt64, limit: UInt64, unit: String)? {
        guard !association.limits.isNone else { return nil }
        let (current, hard) = (association.current, association.limits.hard)
        let used: [(used: UInt64, limit: UInt64, unit: String)] = [
            (current.addTime == 0 ? 0 : now - min(now, current.addTime), hard.addTime, "second"),
            (current.useTime == 0 ? 0 : now - min(now, current.useTime), hard.useTime, "second"),
            (current.bytes, hard.bytes, "byte"), (current.allocations, hard.allocations, "packet"),
        ]
        return used.filter { $0.limit > 0 }
            .map { (left: $0.limit - min($0.limit, $0.used), limit: $0.limit, unit: $0.unit) }
            .min { Double($0.left) / Double($0.limit) < Double($1.left) / Double($1.limit) }
    }
}
