/// A property in which an entry that the kernel has may differ from its declaration.
package enum EntryField: String, CaseIterable, Hashable, Sendable {
    /// The source address of an SA, which is not part of its identity.
    case source
    case mode
    case reqID = "reqid"
    case replayWindow = "replay"
    case flags
    /// Any of an SA's algorithms.
    case algorithm
    /// Any of an SA's keys.
    case key
    /// Any limit, soft or hard.
    case lifetime
    /// The UDP ports of ESP in UDP.
    case encapsulation
    /// What a policy does, its transforms included.
    case action
    case priority
}
