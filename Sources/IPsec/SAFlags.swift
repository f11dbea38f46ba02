/// What an SA does besides, one bit each: the bits of `sadb_sa_flags`, and our own for what only XFRM carries.
package struct SAFlags: OptionSet, Hashable, Sendable {
    /// Do not copy the ECN bits (`SADB_SAFLAGS_NOECN`).
    package static let noECN = SAFlags(rawValue: 0x8000_0000)
    /// Copy the DSCP out of the tunnel (`SADB_SAFLAGS_DECAP_DSCP`).
    package static let decapsulateDSCP = SAFlags(rawValue: 0x4000_0000)
    /// No path MTU discovery for the tunnel (`SADB_SAFLAGS_NOPMTUDISC`).
    package static let noPathMTUDiscovery = SAFlags(rawValue: 0x2000_0000)

    // Of our own numbers: Linux tells none of these bits through PF_KEY.

    /// Take ICMP errors about what it carries, whoever sends them (`XFRM_STATE_ICMP`).
    package static let icmp = SAFlags(rawValue: 0x0001_0000)
    /// Take packets for any destination, as Mobile IPv6 does (`XFRM_STATE_WILDRECV`).
    package static let wildcardReceive = SAFlags(rawValue: 0x0002_0000)
    /// Align AH to 4 bytes, as IPv4 peers that follow RFC 4302 do (`XFRM_STATE_ALIGN4`).
    package static let align4 = SAFlags(rawValue: 0x0004_0000)
    /// Carry both families in one tunnel (`XFRM_STATE_AF_UNSPEC`).
    package static let anyFamily = SAFlags(rawValue: 0x0008_0000)
    /// Do not copy the DSCP into the tunnel's header (`XFRM_SA_XFLAG_DONT_ENCAP_DSCP`).
    package static let withholdDSCP = SAFlags(rawValue: 0x0010_0000)
    /// Begin again at 0 after the last sequence number (`XFRM_SA_XFLAG_OSEQ_MAY_WRAP`).
    package static let sequenceMayWrap = SAFlags(rawValue: 0x0020_0000)
    /// Sequence numbers of 64 bits (RFC 4304; `XFRM_STATE_ESN`); the language has an option of its own for it.
    package static let extendedSequence = SAFlags(rawValue: 0x0040_0000)

    /// What PF_KEY carries, and Linux keeps.
    package static let ofPFKey: SAFlags = [.noECN, .decapsulateDSCP, .noPathMTUDiscovery]
    /// What XFRM carries.
    package static let ofXFRM: SAFlags = [
        .noECN, .decapsulateDSCP, .noPathMTUDiscovery, .icmp, .wildcardReceive, .align4, .anyFamily, .withholdDSCP,
        .sequenceMayWrap, .extendedSequence,
    ]

    /// The words behind `-f`.
    package static let words: [(flag: SAFlags, word: String)] = [
        (.noECN, "noecn"), (.decapsulateDSCP, "decap-dscp"), (.noPathMTUDiscovery, "nopmtudisc"), (.icmp, "icmp"),
        (.wildcardReceive, "wildrecv"), (.align4, "align4"), (.anyFamily, "af-unspec"),
        (.withholdDSCP, "dont-encap-dscp"), (.sequenceMayWrap, "oseq-may-wrap"),
    ]

    /// The bits.
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The flag of a word of the language; `nil` for a word that names none.
    package init?(word: String) {
        guard let flag = Self.words.first(where: { $0.word == word })?.flag else { return nil }
        self = flag
    }

    /// The flags that Linux keeps, of all that may be asked for.
    ///
    /// By the bits: a set literal is a generic call, and this is asked for each SA of a plan.
    package var asStored: SAFlags { SAFlags(rawValue: rawValue & 0xe07f_0000) }

    /// `sadb_sa_flags`: without what only XFRM carries.
    package var pfKeyBits: UInt32 { rawValue & ~0x007f_0000 }

    /// The words of those that are set, for people; without the one that is an option of its own.
    package var names: [String] { rawValue == 0 ? [] : Self.words.filter { contains($0.flag) }.map(\.word) }
}
