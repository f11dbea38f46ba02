internal import CLinux

/// The number of an extension (RFC 2367, 2.3; `SADB_EXT_*`, `SADB_X_EXT_*`); open, because the kernel gives it.
///
/// Each constant is the one of the header that it is made of.
package struct PFKeyExtensionType: RawRepresentable, Hashable, Sendable {
    package static let association = PFKeyExtensionType(SADB_EXT_SA)
    package static let currentLifetime = PFKeyExtensionType(SADB_EXT_LIFETIME_CURRENT)
    package static let hardLifetime = PFKeyExtensionType(SADB_EXT_LIFETIME_HARD)
    package static let softLifetime = PFKeyExtensionType(SADB_EXT_LIFETIME_SOFT)
    package static let source = PFKeyExtensionType(SADB_EXT_ADDRESS_SRC)
    package static let destination = PFKeyExtensionType(SADB_EXT_ADDRESS_DST)
    package static let proxy = PFKeyExtensionType(SADB_EXT_ADDRESS_PROXY)
    package static let integrityKey = PFKeyExtensionType(SADB_EXT_KEY_AUTH)
    package static let encryptionKey = PFKeyExtensionType(SADB_EXT_KEY_ENCRYPT)
    package static let sourceIdentity = PFKeyExtensionType(SADB_EXT_IDENTITY_SRC)
    package static let destinationIdentity = PFKeyExtensionType(SADB_EXT_IDENTITY_DST)
    package static let sensitivity = PFKeyExtensionType(SADB_EXT_SENSITIVITY)
    package static let proposal = PFKeyExtensionType(SADB_EXT_PROPOSAL)
    package static let supportedIntegrity = PFKeyExtensionType(SADB_EXT_SUPPORTED_AUTH)
    package static let supportedEncryption = PFKeyExtensionType(SADB_EXT_SUPPORTED_ENCRYPT)
    package static let spiRange = PFKeyExtensionType(SADB_EXT_SPIRANGE)
    package static let keyManagerPrivate = PFKeyExtensionType(SADB_X_EXT_KMPRIVATE)
    package static let policy = PFKeyExtensionType(SADB_X_EXT_POLICY)
    package static let association2 = PFKeyExtensionType(SADB_X_EXT_SA2)
    package static let natType = PFKeyExtensionType(SADB_X_EXT_NAT_T_TYPE)
    package static let natSourcePort = PFKeyExtensionType(SADB_X_EXT_NAT_T_SPORT)
    package static let natDestinationPort = PFKeyExtensionType(SADB_X_EXT_NAT_T_DPORT)
    package static let natOriginalAddress = PFKeyExtensionType(SADB_X_EXT_NAT_T_OA)
    package static let securityContext = PFKeyExtensionType(SADB_X_EXT_SEC_CTX)
    package static let keyManagerAddress = PFKeyExtensionType(SADB_X_EXT_KMADDRESS)
    package static let filter = PFKeyExtensionType(SADB_X_EXT_FILTER)

    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    private init(_ constant: Int32) {
        rawValue = UInt16(truncatingIfNeeded: constant)
    }
}

/// One row of THE table of extensions: parser, writer and text dump know extensions from here.
package struct PFKeyExtension: Sendable {
    package let type: PFKeyExtensionType
    /// How its bytes are laid out; several extensions share a layout.
    package let layout: Layout
    /// The C struct's name, without what tells its siblings apart: the word of text dumps.
    package let name: StaticString
    /// The size of the C struct: the extension may be longer, never shorter.
    package let minimalByteCount: Int

    /// The C structs of `linux/pfkeyv2.h` that extensions begin with: each case is one, `sadb_sa` to `sadb_x_filter`.
    package enum Layout: Sendable {
        case association, lifetime, address, key, identity, sensitivity, proposal, supported, spiRange
        case keyManagerPrivate, policy, association2, natType, natPort, securityContext, keyManagerAddress, filter
    }

    private init<Struct: BitwiseCopyable>(
        _ type: PFKeyExtensionType, _ layout: Layout, _ name: StaticString, _ struct: Struct.Type
    ) {
        self.type = type
        self.layout = layout
        self.name = name
        minimalByteCount = MemoryLayout<Struct>.size
    }

    /// Every extension of the header, in the order of the numbers, from 1.
    package static let table: [PFKeyExtension] = [
        PFKeyExtension(.association, .association, "sadb_sa", sadb_sa.self),
        PFKeyExtension(.currentLifetime, .lifetime, "sadb_lifetime", sadb_lifetime.self),
        PFKeyExtension(.hardLifetime, .lifetime, "sadb_lifetime", sadb_lifetime.self),
        PFKeyExtension(.softLifetime, .lifetime, "sadb_lifetime", sadb_lifetime.self),
        PFKeyExtension(.source, .address, "sadb_address", sadb_address.self),
        PFKeyExtension(.destination, .address, "sadb_address", sadb_address.self),
        PFKeyExtension(.proxy, .address, "sadb_address", sadb_address.self),
        PFKeyExtension(.integrityKey, .key, "sadb_key", sadb_key.self),
        PFKeyExtension(.encryptionKey, .key, "sadb_key", sadb_key.self),
        PFKeyExtension(.sourceIdentity, .identity, "sadb_ident", sadb_ident.self),
        PFKeyExtension(.destinationIdentity, .identity, "sadb_ident", sadb_ident.self),
        PFKeyExtension(.sensitivity, .sensitivity, "sadb_sens", sadb_sens.self),
        PFKeyExtension(.proposal, .proposal, "sadb_prop", sadb_prop.self),
        PFKeyExtension(.supportedIntegrity, .supported, "sadb_sup", sadb_supported.self),
        PFKeyExtension(.supportedEncryption, .supported, "sadb_sup", sadb_supported.self),
        PFKeyExtension(.spiRange, .spiRange, "sadb_spirange", sadb_spirange.self),
        PFKeyExtension(.keyManagerPrivate, .keyManagerPrivate, "sadb_x_kmprivate", sadb_x_kmprivate.self),
        PFKeyExtension(.policy, .policy, "sadb_x_policy", sadb_x_policy.self),
        PFKeyExtension(.association2, .association2, "sadb_x_sa2", sadb_x_sa2.self),
        PFKeyExtension(.natType, .natType, "sadb_x_nat_t_type", sadb_x_nat_t_type.self),
        PFKeyExtension(.natSourcePort, .natPort, "sadb_x_nat_t_port", sadb_x_nat_t_port.self),
        PFKeyExtension(.natDestinationPort, .natPort, "sadb_x_nat_t_port", sadb_x_nat_t_port.self),
        PFKeyExtension(.natOriginalAddress, .address, "sadb_address", sadb_address.self),
        PFKeyExtension(.securityContext, .securityContext, "sadb_x_sec_ctx", sadb_x_sec_ctx.self),
        PFKeyExtension(.keyManagerAddress, .keyManagerAddress, "sadb_x_kmaddress", sadb_x_kmaddress.self),
        PFKeyExtension(.filter, .filter, "sadb_x_filter", sadb_x_filter.self),
    ]
}

extension PFKeyExtensionType {
    /// The row; `nil` for 0 and for numbers that the header does not have.
    package var row: PFKeyExtension? {
        isKnown ? PFKeyExtension.table[Int(rawValue) - 1] : nil
    }

    /// Whether the header has it.
    package var isKnown: Bool { rawValue > 0 && rawValue <= UInt16(SADB_EXT_MAX) }
}
