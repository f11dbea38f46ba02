import ControlProtocol
import SetkeySyntax

/// A plan on its way to one client.
struct PlanJob: Sendable {
    enum Phase: Sendable {
        /// A text is coming in parts.
        case gathering(DesiredState.Evaluation, parts: Int)
        /// For the plan of the file, which is made for all who wait for it: ``FilePlan``.
        case waiting
        case planning(PlanBuilder, StatementLocator?)
        case sending(StepList, StatementLocator?, warnings: [String], position: Int)
    }

    /// Steps in one reply.
    static let stepsPerPart = 200

    var phase: Phase

    /// Whether the plan is made, and on its way.
    var isSending: Bool {
        if case .sending = phase { true } else { false }
    }
}
