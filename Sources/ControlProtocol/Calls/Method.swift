/// The methods of `org.setkeyd`, by their names there; each case is the one of ``Call`` that is called so.
package enum Method: String, CaseIterable, Hashable, Sendable {
    case execute = "Execute"
    case listAssociations = "ListAssociations"
    case listPolicies = "ListPolicies"
    case render = "Render"
    case flush = "Flush"
    case monitor = "Monitor"
    case reload = "Reload"
    case confirm = "Confirm"
    case revert = "Revert"
    case turnOff = "TurnOff"
    case turnOn = "TurnOn"
    case plan = "Plan"
    case schedule = "Schedule"
    case explain = "Explain"
    case diagnose = "Diagnose"
    case metrics = "Metrics"
    case status = "Status"
    case traits = "Traits"

    /// The name as a call carries it.
    package var qualifiedName: String { "\(controlInterfaceName).\(rawValue)" }

    /// Whether a call without `more` makes no sense, since the stream has no end.
    package var needsMore: Bool { self == .monitor }

    /// Whether it changes the kernel, or what the daemon does to it; the others only look.
    package var changesSomething: Bool {
        switch self {
        case .execute, .flush, .reload, .confirm, .revert, .turnOff, .turnOn: true
        case .listAssociations, .listPolicies, .render, .monitor, .plan, .schedule, .explain, .diagnose, .metrics,
            .status, .traits:
            false
        }
    }
}

extension Call {
    /// Which method this is a call of.
    package var method: Method {
        switch self {
        case .execute: .execute
        case .listAssociations: .listAssociations
        case .listPolicies: .listPolicies
        case .render: .render
        case .flush: .flush
        case .monitor: .monitor
        case .reload: .reload
        case .confirm: .confirm
        case .revert: .revert
        case .turnOff: .turnOff
        case .turnOn: .turnOn
        case .plan: .plan
        case .schedule: .schedule
        case .explain: .explain
        case .diagnose: .diagnose
        case .metrics: .metrics
        case .status: .status
        case .traits: .traits
        }
    }
}
