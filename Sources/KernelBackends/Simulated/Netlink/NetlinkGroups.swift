internal import CLinux

/// The multicast groups of NETLINK_XFRM that a socket has joined (`XFRMNLGRP_*`).
package struct NetlinkGroups: OptionSet, Hashable, Sendable {
    /// Traffic that finds no SA; a member counts as a key manager.
    package static let acquire = NetlinkGroups(XFRMNLGRP_ACQUIRE)
    /// Lifetimes of SAs and policies that end.
    package static let expire = NetlinkGroups(XFRMNLGRP_EXPIRE)
    /// What becomes of SAs.
    package static let associations = NetlinkGroups(XFRMNLGRP_SA)
    /// What becomes of policies.
    package static let policies = NetlinkGroups(XFRMNLGRP_POLICY)

    /// One bit for each group.
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    private init(_ group: xfrm_nlgroups) {
        self.init(rawValue: 1 << (group.rawValue - 1))
    }
}
