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

/// What names an SA: destination, protocol, SPI (RFC 4301, 4.1), and on Linux the mark that a few have. Source, mode,
/// reqid and interface id are attributes.
package struct SAIdentity: Hashable, Sendable, CustomStringConvertible {
    /// All of it but the mark, which few SAs have.
    struct Name: Hashable, Sendable {
        let destination: IPAddress
        let ipsecProtocol: IPsecProtocol
        let spi: SPI
    }

    let name: Name
    /// Which packets it is for; the kernel's look-up by it is not symmetric, so that one SA may be found by the mark of
    /// another (``Mark/found(byMask:)``).
    package let mark: Mark

    package init(destination: IPAddress, ipsecProtocol: IPsecProtocol, spi: SPI, mark: Mark = .none) {
        self.init(Name(destination: destination, ipsecProtocol: ipsecProtocol, spi: spi), mark: mark)
    }

    init(_ name: Name, mark: Mark) {
        (self.name, self.mark) = (name, mark)
    }

    /// Where its packets go, for a tunnel the far end; a multicast address is one, too.
    package var destination: IPAddress { name.destination }
    /// SPIs of different protocols are different spaces.
    package var ipsecProtocol: IPsecProtocol { name.ipsecProtocol }
    /// What its packets carry.
    package var spi: SPI { name.spi }

    /// The same destination, protocol and SPI with another mark.
    package func marked(_ mark: Mark) -> SAIdentity { SAIdentity(name, mark: mark) }

    /// All but the address is one word, and the mark another, where there is one.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(destination)
        hasher.combine(UInt64(ipsecProtocol.rawValue) << 32 | UInt64(spi.rawValue))
        if !mark.isNone { hasher.combine(mark.word) }
    }

    /// One phrase for messages: `esp 10.0.11.33 spi 0x1e241`, with ` mark 0x1/0xff` behind it where it has one.
    package var description: String {
        "\(ipsecProtocol.word) \(destination) spi \(spi)" + (mark.isNone ? "" : " mark \(mark)")
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
