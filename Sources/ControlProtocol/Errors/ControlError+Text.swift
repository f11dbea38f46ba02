extension ControlError: CustomStringConvertible {
    /// The error in words, for people; one line for each diagnostic or message.
    package var description: String {
        switch self {
        case .invalidText(let diagnostics):
            diagnostics.map { "\($0.severity): \($0.message)" }.joined(separator: "\n")
        case .permissionDenied(let who): "permission denied: this is for \(who)"
        case .kernelRefused(let operation, _, let reason): "\(operation): \(reason)"
        case .runAborted: "the run was rolled back and has ended"
        case .reloadFailed(let messages): messages.joined(separator: "\n")
        case .nothingPending(let reason): reason
        case .busy(let reason): reason
        case .stopping: "the daemon is stopping"
        case .malformedCall(let reason): "the daemon does not understand the call: \(reason)"
        }
    }
}
