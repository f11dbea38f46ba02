import IPsec

/// What the parser needs of an algorithm's row, found by any of its names; no strings, so that it copies freely.
struct AlgorithmWord: Sendable {
    let kind: Algorithm.Kind
    let number: UInt16
    let keyLengths: KeyLengths
    /// Where the row stands in the table; `nil` for an algorithm without a row.
    let position: Algorithm.Position?

    init(_ row: Algorithm) {
        kind = row.kind
        number = row.number
        keyLengths = row.keyLengths
        position = row.position
    }

    /// An algorithm that the table does not have, by its number; which keys it takes, and whether any, only the kernel
    /// knows.
    init?(_ kind: Algorithm.Kind, number: UInt16) {
        let row =
            switch kind {
            case .encryption, .combined: EncryptionAlgorithm(rawValue: number).row
            case .integrity: IntegrityAlgorithm(rawValue: number).row
            case .compression: CompressionAlgorithm(rawValue: number).row
            }
        guard number > 0, row == nil else { return nil }
        self.kind = kind
        self.number = number
        keyLengths = .any
        position = nil
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
