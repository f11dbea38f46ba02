internal import CLinux
internal import Glibc
internal import IPsec
internal import TextBytes

// The bodies of extensions, one function a layout; each begins behind the opening brace.

extension PFKeyDump {
    static func appendAssociation(from body: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        let sa = try PFKeyAssociation(from: &body)
        text.append(" spi=", decimal: sa.spi.rawValue)
        text.append(" replay=", decimal: sa.replayWindow)
        text.append(" state=", decimal: sa.state)
        text.append("\n  auth=", decimal: sa.integrity)
        text.append(" encrypt=", decimal: sa.encryption)
        text.append(" flags=0x", hexadecimal: sa.flags.rawValue, width: 8)
        text.append(" }\n")
    }

    static func appendAssociation2(from body: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        let raw = try body.read(sadb_x_sa2.self)
        text.append(" mode=", decimal: raw.sadb_x_sa2_mode)
        text.append(" reqid=", decimal: raw.sadb_x_sa2_reqid)
        text.append("\n  reserved1=", decimal: raw.sadb_x_sa2_reserved1)
        text.append(" reserved2=", decimal: raw.sadb_x_sa2_reserved2)
        text.append(" sequence=", decimal: raw.sadb_x_sa2_sequence)
        text.append(" }\n")
    }

    static func appendLifetime(from body: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        let lifetime = try Lifetime(from: &body)
        text.append(" alloc=", decimal: lifetime.allocations)
        text.append(", bytes=", decimal: lifetime.bytes)
        text.append("\n  addtime=", decimal: lifetime.addTime)
        text.append(", usetime=", decimal: lifetime.useTime)
        text.append(" }\n")
    }

    static func appendAddress(from body: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        let raw = try body.read(sadb_address.self)
        text.append(" proto=", decimal: raw.sadb_address_proto)
        text.append(" prefixlen=", decimal: raw.sadb_address_prefixlen)
        text.append(" reserved=0x", hexadecimal: raw.sadb_address_reserved, width: 4)
        text.append(" }\n")
        try appendSocketAddress(from: &body, to: &text)
    }

    private static func appendSocketAddress(
        from body: inout WireReader, to text: inout [UInt8]
    ) throws(WireError) {
        var ahead = body
        let family = try ahead.read(UInt16.self)
        text.append("sockaddr{")
        text.append(" len=", decimal: Int32(family) == AF_INET6 ? 28 : 16)
        text.append(" family=", decimal: family)
        let end = try SocketAddress(from: &body)
        text.append(" port=", decimal: end.port)
        text.append("\n")
        switch end.address.family {
        case .ipv4: text.append(" ", hexadecimal: end.address.ipv4Bits, width: 8)
        case .ipv6:
            for word in [end.address.high, end.address.low] {
                text.append(" ", hexadecimal: word >> 32, width: 8)
                text.append(" ", hexadecimal: word & 0xffff_ffff, width: 8)
            }
        }
        text.append("  }\n")
    }

    static func appendKeyManagerAddress(from body: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        let raw = try body.read(sadb_x_kmaddress.self)
        text.append(" reserved=", decimal: raw.sadb_x_kmaddress_reserved)
        text.append(" }\n")
        try appendSocketAddress(from: &body, to: &text)
        try appendSocketAddress(from: &body, to: &text)
    }

    static func appendPolicy(from body: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        let raw = try body.read(sadb_x_policy.self)
        text.append(" type=", decimal: raw.sadb_x_policy_type)
        text.append(" dir=", decimal: raw.sadb_x_policy_dir)
        text.append(" id=", hexadecimal: raw.sadb_x_policy_id, width: 1)
        text.append(" priority=", decimal: raw.sadb_x_policy_priority)
        text.append(" }\n")
        while body.remaining > 0 { try appendRequest(from: &body, to: &text) }
    }

    private static func appendRequest(from body: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        let start = body.offset
        let raw = try body.read(sadb_x_ipsecrequest.self)
        text.append(" { len=", decimal: raw.sadb_x_ipsecrequest_len)
        text.append(" proto=", decimal: raw.sadb_x_ipsecrequest_proto)
        text.append(" mode=", decimal: raw.sadb_x_ipsecrequest_mode)
        text.append(" level=", decimal: raw.sadb_x_ipsecrequest_level)
        text.append(" reqid=", decimal: raw.sadb_x_ipsecrequest_reqid)
        text.append("\n")
        let byteCount = Int(raw.sadb_x_ipsecrequest_len) - MemoryLayout<sadb_x_ipsecrequest>.size
        guard byteCount >= 0, byteCount <= body.remaining else {
            throw WireError(.requestLength(raw.sadb_x_ipsecrequest_len), at: start)
        }
        var addresses = try body.slice(byteCount: byteCount)
        if addresses.remaining > 0 {
            try appendSocketAddress(from: &addresses, to: &text)
            try appendSocketAddress(from: &addresses, to: &text)
        }
        text.append(" }\n")
    }

    static func appendProposal(from body: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        text.append(" replay=", decimal: try body.read(sadb_prop.self).sadb_prop_replay)
        text.append("\n")
        while body.remaining > 0 { append(try PFKeyCombination(from: &body), to: &text) }
        text.append("}\n")
    }

    private static func append(_ combination: PFKeyCombination, to text: inout [UInt8]) {
        text.append("sadb_comb{ auth=", decimal: combination.integrity)
        text.append(" encrypt=", decimal: combination.encryption)
        text.append(" flags=0x", hexadecimal: combination.flags, width: 4)
        text.append("\n  auth_minbits=", decimal: combination.integrityBits.minimum)
        text.append(" auth_maxbits=", decimal: combination.integrityBits.maximum)
        text.append(" encrypt_minbits=", decimal: combination.encryptionBits.minimum)
        text.append(" encrypt_maxbits=", decimal: combination.encryptionBits.maximum)
        text.append("\n  soft_alloc=", decimal: combination.limits.soft.allocations)
        text.append(" hard_alloc=", decimal: combination.limits.hard.allocations)
        text.append(" soft_bytes=", decimal: combination.limits.soft.bytes)
        text.append(" hard_bytes=", decimal: combination.limits.hard.bytes)
        text.append("\n  soft_addtime=", decimal: combination.limits.soft.addTime)
        text.append(" hard_addtime=", decimal: combination.limits.hard.addTime)
        text.append(" soft_usetime=", decimal: combination.limits.soft.useTime)
        text.append(" hard_usetime=", decimal: combination.limits.hard.useTime)
        text.append(" }\n")
    }

    static func appendSupported(from body: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        text.append("\n")
        for row in try PFKeySupportedAlgorithm.list(from: &body) {
            text.append("  { id=", decimal: row.number)
            text.append(" ivlen=", decimal: row.ivByteCount)
            text.append(" min=", decimal: row.minimalBitCount)
            text.append(" max=", decimal: row.maximalBitCount)
            text.append(" }\n")
        }
        text.append("}\n")
    }
}
