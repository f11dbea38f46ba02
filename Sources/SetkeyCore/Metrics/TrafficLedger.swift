import IPsec

/// The two ends of SAs.
struct TunnelEnds: Hashable, Sendable {
    let source: IPAddress
    let destination: IPAddress
}

/// What has been counted between two ends, the SAs that are gone included: a sum over those that are there would fall when
/// one goes, and who reads it could not tell that from a count that has begun again.
///
/// It begins with what the kernel's SAs have counted when figures are asked for first. What an SA counts between the last
/// look and its end is nobody's.
struct TrafficLedger: Sendable {
    /// Pairs of ends that are told of by name; what the others have counted is one sum.
    static let tunnelLimit = 256

    private struct Key: Hashable {
        let identity: SAIdentity
        let created: UInt64
    }

    /// What each SA had counted at the last look.
    private var last: [Key: TrafficCounts] = [:]
    /// By pair of ends, as long as SAs have it.
    private(set) var totals: [TunnelEnds: TrafficCounts] = [:]
    /// Between all others.
    private(set) var rest = TrafficCounts.zero

    /// Takes in what SAs have counted now, the oldest first.
    mutating func take(_ associations: [AssociationFigures]) {
        let associations = associations.filter(\.isOfTunnel)
        let present = Set(associations.map(\.ends))
        totals = totals.filter { present.contains($0.key) }
        var next: [Key: TrafficCounts] = [:]
        next.reserveCapacity(associations.count)
        for association in associations {
            let key = Key(identity: association.identity, created: association.created)
            let growth = association.counts.growth(since: last[key] ?? .zero)
            next[key] = association.counts
            if totals[association.ends] != nil || totals.count < Self.tunnelLimit {
                totals[association.ends, default: .zero] += growth
            } else {
                rest += growth
            }
        }
        last = next
    }
}

extension AssociationFigures {
    var ends: TunnelEnds { TunnelEnds(source: source, destination: identity.destination) }

    /// Whether its ends are a pair that is told of. Those of a larval SA are not: where a policy has no SA, any user of the
    /// machine has the kernel make one with every packet to a new address, and each pair would be a series.
    var isOfTunnel: Bool { state != .larval }
}
