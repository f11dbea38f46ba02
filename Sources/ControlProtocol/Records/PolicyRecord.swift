/// A policy as a record for other programs.
package struct PolicyRecord: Codable, Hashable, Sendable {
    /// Which way of the packets it looks at.
    package var direction: Word<DirectionName>
    /// Whether it is what becomes of the packets that no policy matches: it has no selector then, and the fields of one
    /// say any. Nothing for a policy.
    package var isDefault: Bool?
    /// Address with prefix length; `any` of a default.
    package var source: String
    /// Address with prefix length; `any` of a default.
    package var destination: String
    /// 0 is any; type and code of ICMP are in the two ports, as in the language.
    package var sourcePort: Int
    /// 0 is any.
    package var destinationPort: Int
    /// IP protocol number; 255 is any.
    package var nextLayer: Int
    /// Which packets by their mark: `0x1/0xff`, value and mask; nothing for any.
    package var mark: String?
    /// The XFRM interface that it is for, 1...4,294,967,295; nothing for none.
    package var interfaceID: Int?
    /// The device that its packets come in or leave by, as `-dev` names it; nothing for any.
    package var device: String?
    /// What it does besides: `localok`, `icmp`, or both with a comma in between; nothing for neither.
    package var flags: String?
    /// What happens to matching packets. A per-socket policy may do what has no name; it is the word of dumps then.
    package var action: Word<ActionName>
    /// `esp/tunnel/192.0.2.1-192.0.2.2/require`, in order.
    package var transforms: [String]
    /// The kernel's number, 0...4,294,967,295: the lowest wins.
    package var priority: Int
    /// The kernel's number of the policy, for `spdget`.
    package var index: Int?
    /// Seconds since 1970; 0 for never.
    package var created: Int
    /// When it last matched, in seconds since 1970; 0 for never.
    package var lastUsed: Int
    /// Seconds; 0 for unlimited.
    package var lifetime: Int
    /// Seconds without use; 0 for unlimited.
    package var validTime: Int
    /// Seconds after which its end is announced; nothing for unlimited.
    package var softLifetime: Int?
    /// Seconds without use after which its end is announced; nothing for unlimited.
    package var softValidTime: Int?
    /// Whose it is: `FILE:LINE:COLUMN` of what the daemon's file declares, with `, drifted` behind it if the kernel has it
    /// otherwise; `undeclared` of what the file has declared once, `foreign` of anything else. Nothing in messages.
    package var owner: String?

    package init(
        direction: Word<DirectionName>, isDefault: Bool? = nil, source: String, destination: String, sourcePort: Int,
        destinationPort: Int,
        nextLayer: Int, mark: String? = nil, interfaceID: Int? = nil, device: String? = nil, flags: String? = nil,
        action: Word<ActionName>,
        transforms: [String], priority: Int, index: Int?, created: Int,
        lastUsed: Int, lifetime: Int, validTime: Int, softLifetime: Int? = nil, softValidTime: Int? = nil,
        owner: String? = nil
    ) {
        self.direction = direction
        self.isDefault = isDefault
        self.source = source
        self.destination = destination
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.nextLayer = nextLayer
        self.mark = mark
        self.interfaceID = interfaceID
        self.device = device
        self.flags = flags
        self.action = action
        self.transforms = transforms
        self.priority = priority
        self.index = index
        self.created = created
        self.lastUsed = lastUsed
        self.lifetime = lifetime
        self.validTime = validTime
        self.softLifetime = softLifetime
        self.softValidTime = softValidTime
        self.owner = owner
    }
}
