/// What is known of the SAs and policies of a kernel that dumps.
///
/// It tells mostly what is known: whoever decodes that gives the known entries back, and makes nothing.
package protocol KnownEntries {
    /// The SA of this name, if it is worth looking at; mutating, because a search may begin where the last one ended.
    mutating func association(_ identity: SAIdentity) -> SecurityAssociation?

    /// The policy of this name, likewise.
    mutating func policy(_ identity: PolicyIdentity) -> SecurityPolicy?
}

/// Every entry is new.
package struct NothingKnown: KnownEntries {
    package init() {}

    package func association(_ identity: SAIdentity) -> SecurityAssociation? { nil }

    package func policy(_ identity: PolicyIdentity) -> SecurityPolicy? { nil }
}
