/// An error that a call is answered with: a Varlink error with fields.
package enum ControlError: Error, Hashable, Sendable {
    /// The text has errors; nothing of this call was applied.
    case invalidText([DiagnosticRecord])
    /// The caller may not do this; `who` says who may.
    case permissionDenied(who: String)
    /// The kernel refused a call that is not a statement.
    case kernelRefused(operation: String, errno: Int, reason: String)
    /// The run was undone, or another part of it refused: this part is not executed, nor are those behind it.
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
