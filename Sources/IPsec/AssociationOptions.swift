/// What only XFRM can say of an SA: each of them rare, and all of them attributes, none part of its name.
package struct AssociationOptions: Hashable, Sendable {
    /// Nothing.
    package static let none = AssociationOptions()

    /// The length of the ICV in bits, where it is not that of the integrity algorithm's row: a multiple of 8.
    package var icvBits: UInt16?
    /// Packets of a tunnel are padded to this many bytes (traffic flow confidentiality, RFC 4303, 2.7); 0 for none.
    package var paddedLength: UInt32 = 0
    /// What it is for, whatever the policies say; `nil` for everything.
    package var selector: Selector?
    /// What it is used for; `nil` for both.
    package var direction: AssociationDirection?
    /// The care-of address of Mobile IPv6 (RFC 6275).
    package var careOfAddress: IPAddress?

    package init() {}
}

/// Which packets an SA protects (`XFRM_SA_DIR_*`), where it is said: Linux 6.10 and later.
package enum AssociationDirection: UInt8, Hashable, Sendable {
    /// Those that come in.
    case inbound = 1
    /// Those that go out.
    case outbound = 2

    /// The word of the language.
    package var word: StaticString {
        switch self {
        case .inbound: "in"
        case .outbound: "out"
        }
    }
}
