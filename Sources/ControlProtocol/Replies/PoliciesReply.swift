/// A part of the SPD.
package struct PoliciesReply: Codable, Hashable, Sendable {
    /// Those of this part, in no particular order.
    package var policies: [PolicyRecord]
    /// As in ``AssociationsReply``.
    package var incomplete: String?

    package init(policies: [PolicyRecord]) {
        self.policies = policies
    }
}
