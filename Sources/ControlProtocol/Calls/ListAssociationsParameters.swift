/// `ListAssociations`: the SAD as records.
package struct ListAssociationsParameters: Codable, Hashable, Sendable {
    /// Nothing for all.
    package var `protocol`: ProtocolName?
    /// Whether dead SAs are listed too (`setkey -a`).
    package var includeDead: Bool?
    /// Whether the records carry keys, in hexadecimal; for the privileged alone.
    package var showKeys: Bool?
    /// What digests of keys are made with, in place of the keys; for the privileged alone.
    package var keyDigest: DigestNonce?

    package init() {}
}
