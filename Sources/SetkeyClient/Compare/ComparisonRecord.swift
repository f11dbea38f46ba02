/// The result of a comparison for programs.
struct ComparisonRecord: Encodable {
    /// What the two ends are called.
    let here: String
    let there: String
    /// Pairs that were compared.
    let associations: Int
    let policies: Int
    let keys: Int
    /// Pairs of keys of which one is not known.
    let unknownKeys: Int
    /// Entries of other tunnels.
    let othersHere: Int
    let othersThere: Int
    /// Whether lengths of ICVs and extended sequence numbers were compared, which PF_KEY does not tell.
    let complete: Bool
    let differences: [EndDifference]

    init(_ comparison: EndComparison) {
        (here, there) = (comparison.here.name, comparison.there.name)
        (associations, policies) = (comparison.associations, comparison.policies)
        (keys, unknownKeys) = (comparison.keys, comparison.unknownKeys)
        (othersHere, othersThere) = (comparison.othersHere, comparison.othersThere)
        complete = comparison.tellsAll
        differences = comparison.differences
    }
}
