/// `ListPolicies`: the SPD as records.
package struct ListPoliciesParameters: Codable, Hashable, Sendable {
    /// Whether the policies of single sockets are left out (`setkey -N`).
    package var hidePerSocket: Bool?

    package init() {}
}
