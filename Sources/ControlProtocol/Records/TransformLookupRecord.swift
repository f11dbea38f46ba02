/// One transform of a policy, and the SA that it takes.
package struct TransformLookupRecord: Codable, Hashable, Sendable {
    /// As the language has it: `esp/tunnel/192.0.2.1-192.0.2.2/require`.
    package var transform: String
    /// The SA that is taken, without its keys; nothing where none fits. Of what has come it is one of ``fitting``.
    package var association: AssociationRecord?
    /// `FILE:LINE:COLUMN`, `foreign`, or `undeclared`, of the SA.
    package var owner: String?
    /// How many SAs fit.
    package var fitting: Int
    /// SAs that might be meant, and that do not fit; those that lack least come first.
    package var misses: [NearMissRecord]?
    /// What comes of it, in one phrase.
    package var reason: String

    package init(
        transform: String, association: AssociationRecord?, owner: String?, fitting: Int, misses: [NearMissRecord]?,
        reason: String
    ) {
        self.transform = transform
        self.association = association
        self.owner = owner
        self.fitting = fitting
        self.misses = misses
        self.reason = reason
    }
}
