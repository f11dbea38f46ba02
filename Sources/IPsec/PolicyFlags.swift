/// What a policy does besides (`XFRM_POLICY_*`), which PF_KEY cannot say.
package struct PolicyFlags: OptionSet, Hashable, Sendable {
    /// A program may send in clear all the same, by a policy of its socket (`XFRM_POLICY_LOCALOK`).
    package static let localOK = PolicyFlags(rawValue: 1)
    /// It is for ICMP errors about its packets, too (`XFRM_POLICY_ICMP`).
    package static let icmp = PolicyFlags(rawValue: 2)

    /// Those that have a word, in the order of their bits.
    package static let named: [(flag: PolicyFlags, word: StaticString)] = [(.localOK, "localok"), (.icmp, "icmp")]

    /// The bits of `xfrm_userpolicy_info.flags`.
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Whether one of them has a word.
    package var hasWords: Bool { !isDisjoint(with: [.localOK, .icmp]) }

    /// The words of those that have one, with commas in between: `localok,icmp`.
    package var words: String { Self.named.filter { contains($0.flag) }.map { "\($0.word)" }.joined(separator: ",") }
}
