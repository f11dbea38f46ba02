import ControlProtocol
import IPsec

// Figures by pair of endpoints.

extension Measurement {
    /// What is told of a pair of ends.
    private struct Row {
        /// The values of the labels.
        let labels: [String]
        var associationCount = 0
        var counts: TrafficCounts
        /// By kind of SA.
        var kinds: [AssociationPurpose: Remainder] = [:]

        var left: Remainder {
            kinds.values.reduce(Remainder()) { $0.firstEnd($1) }
        }

        mutating func add(_ association: AssociationFigures) {
            associationCount += 1
            guard association.isInUse else { return }
            let left = kinds[association.purpose]?.outlasting(association.left) ?? association.left
            kinds[association.purpose] = left
        }
    }

    func appendTunnels(_ ledger: TrafficLedger, to text: inout MetricsText) {
        var named: [TunnelEnds: Row] = [:]
        for (ends, counts) in ledger.totals {
            named[ends] = Row(labels: [ends.source.description, ends.destination.description], counts: counts)
        }
        var rest = Row(labels: ["other", "other"], counts: ledger.rest)
        var others: Set<TunnelEnds> = []
        for association in walk.associations where association.isOfTunnel {
            if named[association.ends]?.add(association) == nil {
                rest.add(association)
                others.insert(association.ends)
            }
        }
        var rows = named.values.sorted { $0.labels.lexicographicallyPrecedes($1.labels) }
        if !others.isEmpty || rest.counts != .zero { rows.append(rest) }
        text.add(.tunnels, UInt64(named.count + others.count))
        text.begin(.tunnelAssociations)
        for row in rows { text.sample(UInt64(row.associationCount), row.labels) }
        append(MetricFamily.tunnel, rows.map { (labels: $0.labels, counts: $0.counts, left: $0.left) }, to: &text)
    }

    /// The figures of traffic; what the kernel interface does not tell is left out.
    func append(
        _ families: MetricFamily.Traffic, _ rows: [(labels: [String], counts: TrafficCounts, left: Remainder)],
        to text: inout MetricsText
    ) {
        var counters: [(MetricFamily, KeyPath<TrafficCounts, UInt64>)] = [
            (families.bytes, \.bytes), (families.packets, \.packets),
        ]
        if traits.carriesOptions {
            counters += [
                (families.replayed, \.replayed), (families.integrityFailures, \.integrityFailures),
                (families.late, \.late),
            ]
        }
        for (family, count) in counters {
            text.begin(family)
            for row in rows { text.sample(row.counts[keyPath: count], row.labels) }
        }
        text.begin(families.lifetimeLeft)
        for row in rows {
            if let seconds = row.left.softSeconds { text.sample(seconds, row.labels + ["soft"]) }
            if let seconds = row.left.hardSeconds { text.sample(seconds, row.labels + ["hard"]) }
        }
        guard traits.carriesOptions else { return }
        text.begin(families.sequenceLeft)
        for row in rows {
            if let numbers = row.left.sequenceNumbers { text.sample(numbers, row.labels) }
        }
    }
}
