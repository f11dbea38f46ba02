package import IPsec

/// What only XFRM can say of an SA.
package struct ExtensionsRecord: Codable, Hashable, Sendable {
    /// Flags that PF_KEY has not, by their words in setkey.conf(5).
    package var flags: [String]
    /// Whether its sequence numbers have 64 bits.
    package var extendedSequence: Bool
    /// The length of the ICV in bits, where it is not the one that the integrity algorithm is called after.
    package var icv: Int?
    /// The length that packets are padded to; nothing for none.
    package var padding: Int?
    /// `in` or `out`, where the SA says it.
    package var direction: String?
    /// The care-of address of Mobile IPv6.
    package var careOfAddress: String?
    /// The device that does its work; nothing where the kernel does it.
    package var offload: OffloadRecord?
    /// What it is for; nothing for everything.
    package var selector: SelectorRecord?

    /// Those of `association`.
    package init(_ association: SecurityAssociation) {
        flags = association.flags.subtracting(.ofPFKey).names
        extendedSequence = association.flags.contains(.extendedSequence)
        let options = association.options
        icv = options.icvBits.map { Int($0) }
        padding = options.paddedLength == 0 ? nil : Int(options.paddedLength)
        direction = options.direction.map { "\($0.word)" }
        careOfAddress = options.careOfAddress?.description
        offload = options.offload.map { OffloadRecord($0) }
        selector = options.selector.map { SelectorRecord($0) }
    }
}
