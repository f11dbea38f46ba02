internal import CLinux
internal import IPsec

/// Which algorithms and keys the kernel takes (kernel-facts 1.3, 5), with the errno for those that it does not.
enum SimulatedCrypto {
    /// The integrity algorithms that REGISTER lists, in the kernel's order.
    static let registeredIntegrity = register([251, 2, 3, 5, 6, 7, 8, 9]) { IntegrityAlgorithm(rawValue: $0).row }
    /// The ciphers that REGISTER lists, in the kernel's order.
    static let registeredEncryption = register([11, 2, 3, 6, 7, 12, 252, 22, 253, 13]) {
        EncryptionAlgorithm(rawValue: $0).row
    }

    /// The kernel says 8 bytes of IV for every cipher, whatever the cipher really uses.
    private static func register(
        _ numbers: [UInt16], _ row: (UInt16) -> Algorithm?
    ) -> [PFKeySupportedAlgorithm] {
        numbers.compactMap(row).map { row in
            PFKeySupportedAlgorithm(
                number: UInt8(truncatingIfNeeded: row.number), ivByteCount: row.kind == .encryption ? 8 : 0,
                minimalBitCount: UInt16(truncatingIfNeeded: row.keyLengths.first),
                maximalBitCount: UInt16(truncatingIfNeeded: row.keyLengths.last))
        }
    }

    /// The checks on numbers alone, before anything is looked up.
    static func checkNumbers(
        _ association: PFKeyAssociation, _ saType: PFKeySAType, _ integrityKey: PFKeyKey?, _ encryptionKey: PFKeyKey?
    ) throws(KernelErrno) {
        let (integrity, encryption) = (Int32(association.integrity), Int32(association.encryption))
        guard integrity <= SADB_AALG_MAX, encryption <= SADB_EALG_MAX,
            saType != .ipcomp || encryption <= SADB_X_CALG_MAX,
            integrityKey?.bitCount != 0 || integrity == SADB_X_AALG_NULL,
            encryptionKey?.bitCount != 0 || encryption == SADB_EALG_NULL
        else { throw .invalidArgument }
    }

    /// Whether the algorithms are there: the rows that PF_KEY can carry.
    static func checkKnown(_ association: PFKeyAssociation, isCompression: Bool) throws(KernelErrno) {
        let (integrity, number) = (UInt16(association.integrity), UInt16(association.encryption))
        guard integrity == 0 || IntegrityAlgorithm(rawValue: integrity).row.isCarriedByPFKey else {
            throw .noFunction
        }
        let row =
            isCompression
            ? CompressionAlgorithm(rawValue: number).row : EncryptionAlgorithm(rawValue: number).row
        guard number == 0 || row.isCarriedByPFKey else { throw .noFunction }
    }

    /// What the protocol's module and the cipher itself check.
    static func checkInstance(
        of association: SimulatedAssociation, release: SimulatedKernel.Release
    ) throws(KernelErrno) {
        switch association.ipsecProtocol {
        case .esp: try checkESP(association, release: release)
        case .ah:
            guard association.integrity != 0, association.encapsulation == nil, hasGoodIntegrityKey(association) else {
                throw .invalidArgument
            }
        case .ipcomp:
            guard association.encryption != 0, association.encapsulation == nil, association.mode != .beet else {
                throw .invalidArgument
            }
        }
    }

    /// An HMAC takes a key of any length, none included; a MAC made of AES takes the keys of AES.
    private static func hasGoodIntegrityKey(_ association: SimulatedAssociation) -> Bool {
        guard Int32(association.integrity) == SADB_X_AALG_AES_XCBC_MAC else { return true }
        let aes = EncryptionAlgorithm(rawValue: UInt16(SADB_X_EALG_AESCBC)).row
        return aes?.keyLengths.contains(association.integrityKey?.material?.bitCount ?? 0) ?? false
    }

    /// The cipher is given whole bytes, and is strict.
    private static func checkESP(
        _ association: SimulatedAssociation, release: SimulatedKernel.Release
    ) throws(KernelErrno) {
        let keyBits = association.encryptionKey?.material?.bitCount ?? 0
        guard let cipher = EncryptionAlgorithm(rawValue: UInt16(association.encryption)).row,
            cipher.keyLengths.contains(keyBits), hasGoodIntegrityKey(association)
        else { throw .invalidArgument }
        if let encapsulation = association.encapsulation {
            guard release.acceptsEncapsulation(encapsulation.type) else { throw .invalidArgument }
        }
    }
}

extension Algorithm? {
    /// Whether PF_KEY can carry the algorithm.
    fileprivate var isCarriedByPFKey: Bool {
        if case .all? = self?.interfaces { true } else { false }
    }
}
