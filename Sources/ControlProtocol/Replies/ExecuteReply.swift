/// Progress and results of an `Execute`.
package struct ExecuteReply: Codable, Hashable, Sendable {
    /// Statements of this call that have been executed so far, failed ones included.
    package var executed: Int
    /// What failed since the last reply.
    package var failures: [StatementFailure]?
    /// What was done since the last reply, and is probably not enough; its errno is 0.
    package var warnings: [StatementFailure]?
    /// What `get`, `dump` and `spddump` printed since the last reply.
    package var output: WireText?
    /// The SAs that `get` and `dump` found since the last reply, where records were asked for in place of text.
    package var associations: [AssociationRecord]?
    /// The policies that `spddump` found since the last reply, likewise.
    package var policies: [PolicyRecord]?
    /// Kernel messages since the last reply, as text, where they were asked for.
    package var messages: WireText?
    /// How many applied statements an atomic run has undone after a failure.
    package var undone: Int?
    /// Whether the text said `exit`: the rest of the run was not read.
    package var ended: Bool?

    /// A reply without anything else to tell.
    package init(executed: Int) {
        self.executed = executed
    }
}
