internal import CLinux
package import IPsec

/// One algorithm that the kernel offers in REGISTER (`sadb_alg`).
package struct PFKeySupportedAlgorithm: Hashable, Sendable {
    /// `SADB_AALG_*` or `SADB_EALG_*`.
    package var number: UInt8
    /// In bytes; what Linux says here for AES is wrong (kernel-facts 5).
    package var ivByteCount: UInt8
    /// The shortest key, in bits.
    package var minimalBitCount: UInt16
    /// The longest key, in bits.
    package var maximalBitCount: UInt16

    package init(number: UInt8, ivByteCount: UInt8, minimalBitCount: UInt16, maximalBitCount: UInt16) {
        self.number = number
        self.ivByteCount = ivByteCount
        self.minimalBitCount = minimalBitCount
        self.maximalBitCount = maximalBitCount
    }

    init(from reader: inout WireReader) throws(WireError) {
        let raw = try reader.read(sadb_alg.self)
        self.init(
            number: raw.sadb_alg_id, ivByteCount: raw.sadb_alg_ivlen, minimalBitCount: raw.sadb_alg_minbits,
            maximalBitCount: raw.sadb_alg_maxbits)
    }

    /// The rows of a supported-algorithms extension (RFC 2367, 2.3.7; `sadb_supported`).
    static func list(from reader: inout WireReader) throws(WireError) -> [PFKeySupportedAlgorithm] {
        _ = try reader.read(sadb_supported.self)
        var list: [PFKeySupportedAlgorithm] = []
        while reader.remaining > 0 { list.append(try PFKeySupportedAlgorithm(from: &reader)) }
        return list
    }

    /// Appends `list` as an extension of this type.
    package static func write(
        _ list: [PFKeySupportedAlgorithm], _ type: PFKeyExtensionType, to writer: inout WireWriter
    ) throws(WireError) {
        let header = sadb_supported(
            sadb_supported_len: 0, sadb_supported_exttype: type.rawValue, sadb_supported_reserved: 0)
        try writer.appendExtension(header) { writer throws(WireError) in
            for row in list {
                writer.append(
                    sadb_alg(
                        sadb_alg_id: row.number, sadb_alg_ivlen: row.ivByteCount,
                        sadb_alg_minbits: row.minimalBitCount, sadb_alg_maxbits: row.maximalBitCount,
                        sadb_alg_reserved: 0))
            }
        }
    }
}

/// What ACQUIRE proposes (RFC 2367, 2.3.6; `sadb_prop`).
package struct PFKeyProposal: Hashable, Sendable {
    /// In packets.
    package var replayWindow: UInt8
    /// In order of preference; empty for policies that were made by PF_KEY (kernel-facts 1.2).
    package var combinations: [PFKeyCombination]

    package init(replayWindow: UInt8, combinations: [PFKeyCombination] = []) {
        self.replayWindow = replayWindow
        self.combinations = combinations
    }

    init(from reader: inout WireReader) throws(WireError) {
        replayWindow = try reader.read(sadb_prop.self).sadb_prop_replay
        combinations = []
        while reader.remaining > 0 { combinations.append(try PFKeyCombination(from: &reader)) }
    }

    /// Appends it as an extension.
    package func write(to writer: inout WireWriter) throws(WireError) {
        let header = sadb_prop(
            sadb_prop_len: 0, sadb_prop_exttype: PFKeyExtensionType.proposal.rawValue,
            sadb_prop_replay: replayWindow, sadb_prop_reserved: (0, 0, 0))
        try writer.appendExtension(header) { writer throws(WireError) in
            for combination in combinations { combination.write(to: &writer) }
        }
    }
}

/// One combination of a proposal (`sadb_comb`).
package struct PFKeyCombination: Hashable, Sendable {
    /// `SADB_AALG_*`; 0 for none.
    package var integrity: UInt8
    /// `SADB_EALG_*`; 0 for none.
    package var encryption: UInt8
    /// `SADB_SAFLAGS_*`.
    package var flags: UInt16 = 0
    /// The lengths of the key that authenticates.
    package var integrityBits: ClosedBits
    /// The lengths of the key that encrypts.
    package var encryptionBits: ClosedBits
    /// The lifetimes that are proposed.
    package var limits: LifetimeLimits

    /// The shortest and the longest key, as told: the kernel does not promise an order.
    package struct ClosedBits: Hashable, Sendable {
        /// In bits.
        package var minimum: UInt16
        /// In bits; not below ``minimum``.
        package var maximum: UInt16

        package init(minimum: UInt16, maximum: UInt16) {
            self.minimum = minimum
            self.maximum = maximum
        }
    }

    package init(
        integrity: UInt8, integrityBits: ClosedBits, encryption: UInt8, encryptionBits: ClosedBits,
        limits: LifetimeLimits
    ) {
        self.integrity = integrity
        self.encryption = encryption
        self.integrityBits = integrityBits
        self.encryptionBits = encryptionBits
        self.limits = limits
    }

    init(from reader: inout WireReader) throws(WireError) {
        let raw = try reader.read(sadb_comb.self)
        integrity = raw.sadb_comb_auth
        encryption = raw.sadb_comb_encrypt
        flags = raw.sadb_comb_flags
        integrityBits = ClosedBits(minimum: raw.sadb_comb_auth_minbits, maximum: raw.sadb_comb_auth_maxbits)
        encryptionBits = ClosedBits(minimum: raw.sadb_comb_encrypt_minbits, maximum: raw.sadb_comb_encrypt_maxbits)
        limits = LifetimeLimits(
            soft: Lifetime(
                allocations: UInt64(raw.sadb_comb_soft_allocations), bytes: raw.sadb_comb_soft_bytes,
                addTime: raw.sadb_comb_soft_addtime, useTime: raw.sadb_comb_soft_usetime),
            hard: Lifetime(
                allocations: UInt64(raw.sadb_comb_hard_allocations), bytes: raw.sadb_comb_hard_bytes,
                addTime: raw.sadb_comb_hard_addtime, useTime: raw.sadb_comb_hard_usetime))
    }

    func write(to writer: inout WireWriter) {
        writer.append(
            sadb_comb(
                sadb_comb_auth: integrity, sadb_comb_encrypt: encryption, sadb_comb_flags: flags,
                sadb_comb_auth_minbits: integrityBits.minimum, sadb_comb_auth_maxbits: integrityBits.maximum,
                sadb_comb_encrypt_minbits: encryptionBits.minimum, sadb_comb_encrypt_maxbits: encryptionBits.maximum,
                sadb_comb_reserved: 0, sadb_comb_soft_allocations: UInt32(clamping: limits.soft.allocations),
                sadb_comb_hard_allocations: UInt32(clamping: limits.hard.allocations),
                sadb_comb_soft_bytes: limits.soft.bytes,
                sadb_comb_hard_bytes: limits.hard.bytes, sadb_comb_soft_addtime: limits.soft.addTime,
                sadb_comb_hard_addtime: limits.hard.addTime, sadb_comb_soft_usetime: limits.soft.useTime,
                sadb_comb_hard_usetime: limits.hard.useTime))
    }
}

/// The SPIs that GETSPI may draw from (RFC 2367, 2.3.8; `sadb_spirange`), in host order on Linux.
package struct PFKeySPIRange: Hashable, Sendable {
    /// In host byte order, on the wire as well.
    package var minimum: UInt32
    /// May lie below `minimum`: the kernel then answers `EINVAL`.
    package var maximum: UInt32

    package init(minimum: UInt32, maximum: UInt32) {
        self.minimum = minimum
        self.maximum = maximum
    }

    init(from reader: inout WireReader) throws(WireError) {
        let raw = try reader.read(sadb_spirange.self)
        minimum = raw.sadb_spirange_min
        maximum = raw.sadb_spirange_max
    }

    /// Appends it as an extension.
    package func write(to writer: inout WireWriter) throws(WireError) {
        writer.appendExtension(
            sadb_spirange(
                sadb_spirange_len: 0, sadb_spirange_exttype: PFKeyExtensionType.spiRange.rawValue,
                sadb_spirange_min: minimum, sadb_spirange_max: maximum, sadb_spirange_reserved: 0))
    }
}
