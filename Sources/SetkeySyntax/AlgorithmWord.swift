import IPsec

/// What the parser needs of an algorithm's row, found by any of its names; no strings, so that it copies freely.
struct AlgorithmWord: Sendable {
    let kind: Algorithm.Kind
    let number: UInt16
    let keyLengths: KeyLengths
    /// Where the row stands in the table.
    let position: Algorithm.Position

    init(_ row: Algorithm) {
        kind = row.kind
        number = row.number
        keyLengths = row.keyLengths
        position = row.position
    }

    /// The names behind `-E`.
    static let encryption = table(.encryption, .combined)
    /// The names behind `-A`.
    static let integrity = table(.integrity)
    /// The names behind `-C`.
    static let compression = table(.compression)

    private static func table(_ kinds: Algorithm.Kind...) -> WordTable<AlgorithmWord> {
        let rows = Algorithm.table.filter { kinds.contains($0.kind) }
        return WordTable(rows.flatMap { row in ([row.name] + row.aliases).map { ($0, AlgorithmWord(row)) } })
    }
}
