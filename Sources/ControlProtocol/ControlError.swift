/// An error that a call is answered with: a Varlink error with fields.
package enum ControlError: Error, Hashable, Sendable {
    /// The text has errors; nothing of this call was applied.
    case invalidText([DiagnosticRecord])
    /// The caller may not do this; `who` says who may.
    case permissionDenied(who: String)
    /// The kernel refused a call that is not a statement.
    case kernelRefused(operation: String, errno: Int, reason: String)
    /// The run was undone and has ended; its remaining parts are not executed.
    case runAborted
    /// The reload was not carried out; the state before it stands.
    case reloadFailed(messages: [String])
    /// There is nothing to confirm, or to roll back.
    case nothingPending(reason: String)
    /// Something of ours is at its limit, such as the number of calls at once.
    case busy(reason: String)
    /// The daemon is stopping.
    case stopping
    /// What came is no Varlink call; the connection is closed after this.
    case malformedCall(reason: String)
}

/// A diagnostic about a call's text.
package struct DiagnosticRecord: Codable, Hashable, Sendable {
    /// `error`, `warning` or `note`.
    package var severity: String
    /// Where it begins in the call's text, in bytes of its UTF-8.
    package var offset: Int
    package var length: Int
    /// What is wrong.
    package var message: String
    /// What to do; may be empty.
    package var advice: String

    package init(severity: String, offset: Int, length: Int, message: String, advice: String) {
        self.severity = severity
        self.offset = offset
        self.length = length
        self.message = message
        self.advice = advice
    }
}
