import ControlProtocol

/// `docs/metrics.md`: every figure of `setkey --metrics`, from the table of them.
package enum MetricsPage {
    package static var text: String {
        let groups: [(title: String, families: [MetricFamily])] = [
            ("The daemon", MetricFamily.ofService), ("Entries and the file", MetricFamily.ofEntries),
            ("Pairs of endpoints", MetricFamily.ofTunnels), ("Each SA, with `--per-sa`", MetricFamily.ofAssociations),
            ("The kernel's drop counters", [.xfrmDrops]),
        ]
        return head
            + groups.map { group in
                """

                ## \(group.title)

                | sample | type | labels | |
                |---|---|---|---|

                """ + group.families.map(row).joined()
            }.joined()
    }

    private static let head = """
        # Figures of `setkey --metrics`

        This page is made of the table of figures in the sources, by `make schema`. What is not told by a kernel interface has no
        sample: of PF_KEY these are sequence numbers, and packets that were replayed, forged or late. Where the figures come from,
        how old they may be, and why sums outlive their SAs is in [design/metrics.md](design/metrics.md). Names and labels stay
        what they are; others may come.

        """

    private static func row(_ family: MetricFamily) -> String {
        let labels = family.labels.map { "`\($0)`" }.joined(separator: ", ")
        return "| `\(family.sampleName)` | \(family.kind.rawValue) | \(labels) | \(family.help) |\n"
    }
}
