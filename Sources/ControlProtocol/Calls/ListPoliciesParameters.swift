/// `ListPolicies`: the SPD as records.
package struct ListPoliciesParameters: Codable, Hashable, Sendable {
    package init() {}
}
