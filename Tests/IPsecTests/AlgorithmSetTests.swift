import IPsec
import Testing

@Suite struct AlgorithmSetTests {
    @Test func eachRowHasAPlaceOfItsOwn() {
        // A set has a bit for each.
        #expect(Algorithm.table.count <= UInt64.bitWidth)
        #expect(Algorithm.table.map { Int($0.position) } == Array(Algorithm.table.indices))
        for row in Algorithm.table {
            let set = AlgorithmSet { $0.kind == row.kind && $0.number == row.number }
            #expect(set.rows.map(\.position) == [row.position], "\(row.name)")
            #expect(set.contains(row.position))
        }
    }

    @Test func pfKeyCarriesWhatTheTableSays() {
        let rows = KernelTraits.pfKey.algorithms.rows
        #expect(rows.map(\.name) == Algorithm.table.filter { $0.interfaces == .all }.map(\.name))
        // One octet is all that PF_KEY has for a number.
        #expect(rows.allSatisfy { $0.number < 256 && $0.kind != .combined })
    }
}
