import TextBytes

extension DatabaseName {
    /// What several of its entries are called in messages: `SAs`, `policies`.
    package var plural: String {
        switch self {
        case .associations: "SAs"
        case .policies: "policies"
        }
    }

    /// So many of its entries: `1 SA`, `2 policies`.
    package func counted(_ number: Int) -> String {
        switch self {
        case .associations: TextBytes.counted(number, "SA", plural)
        case .policies: TextBytes.counted(number, "policy", plural)
        }
    }
}
