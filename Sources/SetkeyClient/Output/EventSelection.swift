import ArgumentParser
package import ControlProtocol

/// Which events of the kernel are shown.
package enum EventSelection: String, Hashable, Sendable, CaseIterable, ExpressibleByArgument {
    /// What happens to SAs, and what the kernel asks for.
    case associations
    /// What happens to policies.
    case policies
    /// Lifetimes that have ended, of SAs and policies.
    case expiry

    /// Whether it has events of this kind.
    package func contains(_ event: MonitorEvent) -> Bool {
        switch event {
        case .added, .updated, .deleted, .acquire, .flushed, .newMapping: self == .associations
        case .policyAdded, .policyUpdated, .policyDeleted, .policiesFlushed: self == .policies
        case .expired: self != .policies
        case .policyExpired: self != .associations
        case .migrated: self != .expiry
        // Where the watching begins, and where it has gaps, is good to know whatever is watched.
        case .listening, .overrun: true
        case .other: false
        }
    }
}

extension MonitorOptions {
    /// Whether an event is shown; a process is not told of gaps.
    package func show(_ event: MonitorEvent, from processID: Int?) -> Bool {
        if let only, !only.contains(event) { return false }
        guard let wanted = self.processID else { return true }
        return event == .listening || event == .overrun || processID == wanted
    }
}
