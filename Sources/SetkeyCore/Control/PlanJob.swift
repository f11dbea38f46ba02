import ControlProtocol
import SetkeySyntax

/// A plan on its way to one client.
struct PlanJob: Sendable {
    enum Phase: Sendable {
        /// A text is coming in parts.
        case gathering(DesiredState.Evaluation, parts: Int)
        /// The shell is reading the file.
        case reading
        case planning(PlanBuilder, StatementLocator?)
        case sending([Step], StatementLocator?, position: Int)
    }

    /// Steps in one reply.
    static let stepsPerPart = 200

    var phase: Phase

    /// Whether the plan is made, and on its way.
    var isSending: Bool {
        if case .sending = phase { true } else { false }
    }
}
