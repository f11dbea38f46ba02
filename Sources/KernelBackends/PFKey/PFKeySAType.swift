internal import CLinux
package import IPsec

/// What an SA is for (RFC 2367, 3.5; `SADB_SATYPE_*`); open, because the kernel gives it.
package struct PFKeySAType: RawRepresentable, Hashable, Sendable {
    /// All of them in FLUSH and DUMP; none in messages about policies.
    package static let unspecified = PFKeySAType(SADB_SATYPE_UNSPEC)
    /// RFC 4302.
    package static let ah = PFKeySAType(SADB_SATYPE_AH)
    /// RFC 4303.
    package static let esp = PFKeySAType(SADB_SATYPE_ESP)
    /// RFC 3173; KAME's addition.
    package static let ipcomp = PFKeySAType(SADB_X_SATYPE_IPCOMP)
    /// The largest number that Linux knows (`SADB_SATYPE_MAX`).
    package static let maximum = PFKeySAType(SADB_SATYPE_MAX)

    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    private init(_ constant: Int32) {
        rawValue = UInt8(truncatingIfNeeded: constant)
    }

    /// The type of `ipsecProtocol`'s SAs; `nil` stands for all.
    package init(_ ipsecProtocol: IPsecProtocol?) {
        self =
            switch ipsecProtocol {
            case .ah: .ah
            case .esp: .esp
            case .ipcomp: .ipcomp
            case nil: .unspecified
            }
    }

    /// The protocol; `nil` for ``unspecified`` and for types that are not IPsec.
    package var ipsecProtocol: IPsecProtocol? {
        switch self {
        case .ah: .ah
        case .esp: .esp
        case .ipcomp: .ipcomp
        default: nil
        }
    }
}
