/// A property in which an entry that the kernel has may differ from its declaration.
package enum EntryField: String, CaseIterable, Hashable, Sendable {
    /// The source address of an SA, which is not part of its identity.
    case source
    /// An SA's mode; of the modes of a policy's transforms speaks ``action``.
    case mode
    /// An SA's reqid.
    case reqID = "reqid"
    /// The width of an SA's replay window.
    case replayWindow = "replay"
    /// Those flags of an SA that Linux keeps.
    case flags
    /// Any of an SA's algorithms.
    case algorithm
    /// Any of an SA's keys.
    case key
    /// Any limit, soft or hard.
    case lifetime
    /// The UDP ports of ESP in UDP.
    case encapsulation
    /// The mark that packets have once they have been through an SA.
    case outputMark = "output-mark"
    /// The interface id of an SA; that of a policy is part of its name.
    case interfaceID = "if_id"
    /// What only XFRM can say of an SA, beside flags and the ICV.
    case extensions
    /// What a policy does, its transforms included.
    case action
    /// A policy's priority.
    case priority
}
