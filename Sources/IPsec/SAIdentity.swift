/// The protocols that an SA is made for (PF_KEY "SA types", RFC 2367, 3.5).
package enum IPsecProtocol: UInt8, Hashable, Sendable, CaseIterable {
    /// Authentication Header, RFC 4302; IP protocol 51.
    case ah = 51
    /// Encapsulating Security Payload, RFC 4303; IP protocol 50.
    case esp = 50
    /// IP Payload Compression, RFC 3173; IP protocol 108. Its SPI is a 16-bit CPI.
    case ipcomp = 108

    /// The word of the setkey language.
    package var word: StaticString {
        switch self {
        case .ah: "ah"
        case .esp: "esp"
        case .ipcomp: "ipcomp"
        }
    }
}

/// What names an SA: destination, protocol and SPI (RFC 4301, 4.1). Source, mode and reqid are attributes.
package struct SAIdentity: Hashable, Sendable, CustomStringConvertible {
    /// Where its packets go, for a tunnel the far end; a multicast address is one, too.
    package let destination: IPAddress
    /// SPIs of different protocols are different spaces.
    package let ipsecProtocol: IPsecProtocol
    /// What its packets carry.
    package let spi: SPI

    package init(destination: IPAddress, ipsecProtocol: IPsecProtocol, spi: SPI) {
        self.destination = destination
        self.ipsecProtocol = ipsecProtocol
        self.spi = spi
    }

    /// All but the address is one word.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(destination)
        hasher.combine(UInt64(ipsecProtocol.rawValue) << 32 | UInt64(spi.rawValue))
    }

    /// One phrase for messages: `esp 10.0.11.33 spi 0x1e241`.
    package var description: String {
        "\(ipsecProtocol.word) \(destination) spi \(spi)"
    }
}

/// What GET and DELETE send: the identity, and the source that PF_KEY wants beside it.
///
/// Linux demands the source extension and ignores its value (kernel-facts K7).
package struct SAReference: Hashable, Sendable {
    /// Which SA is meant.
    package let identity: SAIdentity
    /// The SA's source address, of the family of its destination.
    package let source: IPAddress

    package init(identity: SAIdentity, source: IPAddress) {
        self.identity = identity
        self.source = source
    }
}
