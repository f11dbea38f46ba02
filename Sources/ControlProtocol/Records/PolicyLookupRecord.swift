/// What the policies of one direction do to a packet.
package struct PolicyLookupRecord: Codable, Hashable, Sendable {
    /// Of these policies.
    package var direction: Word<DirectionName>
    /// The policy that decides; nothing where none matches, and the default decides.
    package var policy: PolicyRecord?
    /// The same as a statement.
    package var statement: String?
    /// `FILE:LINE:COLUMN`, `foreign`, or `undeclared`, of the policy.
    package var owner: String?
    /// Policies that match, are as strong, and do something else, as statements.
    package var rivals: [String]?
    /// Policies for packets from here to there that do not match this one.
    package var misses: [NearMissRecord]?
    /// Of the policy, as far as they were looked for.
    package var transforms: [TransformLookupRecord]
    /// What becomes of the packet.
    package var fate: Word<PacketFate>
    /// Why, in one phrase.
    package var reason: String
    /// What to do about it; nothing where all is well.
    package var advice: [String]?

    package init(
        direction: Word<DirectionName>, policy: PolicyRecord?, statement: String?, owner: String?, rivals: [String]?,
        misses: [NearMissRecord]?, transforms: [TransformLookupRecord], fate: Word<PacketFate>, reason: String,
        advice: [String]?
    ) {
        self.direction = direction
        self.policy = policy
        self.statement = statement
        self.owner = owner
        self.rivals = rivals
        self.misses = misses
        self.transforms = transforms
        self.fate = fate
        self.reason = reason
        self.advice = advice
    }
}
