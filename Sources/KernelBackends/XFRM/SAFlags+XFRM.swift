internal import IPsec

/// The flags of an SA: one octet in `xfrm_usersa_info` (`XFRM_STATE_*`), and 32 bits in an attribute
/// (`XFRM_SA_XFLAG_*`).
extension SAFlags {
    private static let pairs: [(flag: SAFlags, bit: UInt8)] = [
        (.noECN, 1), (.decapsulateDSCP, 2), (.noPathMTUDiscovery, 4), (.wildcardReceive, 8), (.icmp, 16),
        (.anyFamily, 32), (.align4, 64), (.extendedSequence, 128),
    ]
    private static let extraPairs: [(flag: SAFlags, bit: UInt32)] = [(.withholdDSCP, 1), (.sequenceMayWrap, 2)]

    /// All eight bits have a meaning.
    init(xfrmBits: UInt8) {
        self.init(rawValue: 0)
        guard xfrmBits != 0 else { return }
        for (flag, bit) in Self.pairs where xfrmBits & bit != 0 { insert(flag) }
    }

    /// As `xfrm_usersa_info` has them.
    var xfrmBits: UInt8 {
        guard rawValue != 0 else { return 0 }
        return Self.pairs.reduce(0) { bits, pair in contains(pair.flag) ? bits | pair.bit : bits }
    }

    /// Those of the attribute that have a meaning to us.
    init(xfrmExtraBits: UInt32) {
        self.init(rawValue: 0)
        for (flag, bit) in Self.extraPairs where xfrmExtraBits & bit != 0 { insert(flag) }
    }

    /// As the attribute has them.
    var xfrmExtraBits: UInt32 {
        Self.extraPairs.reduce(0) { bits, pair in contains(pair.flag) ? bits | pair.bit : bits }
    }

    /// The attribute, if any of them is in it.
    func writeXFRMExtraFlags(to writer: inout WireWriter) throws(WireError) {
        let bits = xfrmExtraBits
        if bits != 0 { try writer.appendAttribute(.extraFlags, bits) }
    }
}
