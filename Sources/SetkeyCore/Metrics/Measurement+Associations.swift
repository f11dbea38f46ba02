import ControlProtocol
import IPsec

// Figures of each SA.

extension Measurement {
    /// SAs that are told of one by one, the oldest first: more of them are more series than who keeps them can bear.
    package static let associationLimit = 10_000

    func appendAssociations(to text: inout MetricsText) {
        let shown = walk.associations.prefix(Self.associationLimit)
        let rows = shown.map { (labels: $0.labels, counts: $0.counts, left: $0.left) }
        text.begin(.association)
        for (association, row) in zip(shown, rows) {
            text.sample(
                1,
                row.labels + [
                    association.owner.rawValue, "\(association.state.word)",
                    ModeName(association.mode)?.rawValue ?? "\(association.mode.rawValue)",
                    "\(association.reqID.rawValue)",
                ])
        }
        append(MetricFamily.associationTraffic, rows, to: &text)
        text.add(.omitted, UInt64(walk.associations.count - shown.count))
    }
}

extension AssociationFigures {
    /// The values of the labels that name it.
    fileprivate var labels: [String] {
        [
            source.description, identity.destination.description, "\(identity.ipsecProtocol.word)",
            identity.spi.description, identity.mark.isNone ? "" : identity.mark.description,
        ]
    }
}
