/// A set of rows of ``Algorithm/table``.
package struct AlgorithmSet: Hashable, Sendable {
    /// A bit for each row, by its position.
    private var bits: UInt64 = 0

    /// The rows for which `isMember` is true.
    package init(where isMember: (Algorithm) -> Bool) {
        for row in Algorithm.table where isMember(row) { bits |= 1 << UInt64(row.position) }
    }

    /// Whether the row at a position of the table is in it.
    package func contains(_ position: Algorithm.Position) -> Bool { bits >> UInt64(position) & 1 != 0 }

    /// The rows in it, in the order of the table.
    package var rows: [Algorithm] { Algorithm.table.filter { contains($0.position) } }
}
