/// What a monitor is told of, by its name on the wire.
package enum MonitorEvent: String, CaseIterable, Codable, Hashable, Sendable {
    /// The first reply: everything from now on is told.
    case listening
    /// An SA was added.
    case added
    /// An SA was updated.
    case updated
    /// An SA was deleted.
    case deleted
    /// A lifetime of an SA has ended; ``MonitorReply/expiry`` tells which.
    case expired
    /// A lifetime of a policy has ended; ``MonitorReply/expiry`` tells which.
    case policyExpired
    /// The kernel asks for an SA for traffic that a policy protects.
    case acquire
    /// All SAs, or all of one protocol, were removed.
    case flushed
    /// A policy was added.
    case policyAdded
    /// A policy was updated, or replaced.
    case policyUpdated
    /// A policy was deleted.
    case policyDeleted
    /// All policies were removed.
    case policiesFlushed
    /// SAs and policies have moved to other addresses.
    case migrated
    /// The peer of an ESP-in-UDP SA appears under another address or port.
    case newMapping
    /// Messages of the kernel may have been lost here.
    case overrun
    /// Any other message of the kernel.
    case other
}

extension MonitorEvent {
    /// An event that only a daemon of another version knows is ``other``.
    package init(from decoder: any Decoder) throws {
        self = Self(rawValue: try decoder.singleValueContainer().decode(String.self)) ?? .other
    }
}
