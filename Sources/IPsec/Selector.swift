/// An address and the number of its leading bits that count.
///
/// The address is kept as written: the kernel does not mask it, and 10.7.1.2/16 and 10.7.0.0/16 are two selectors.
package struct AddressPrefix: Hashable, Sendable, CustomStringConvertible {
    /// As written, bits behind the prefix included.
    package let address: IPAddress
    /// 0...32 or 0...128 by family.
    package let length: UInt8

    /// - Parameter length: `nil` stands for the full length, one host.
    package init(address: IPAddress, length: UInt8? = nil) {
        self.address = address
        self.length = length ?? address.bitCount
    }

    /// Whether bits behind the prefix are set, which matches the same packets and is another entry.
    package var hasHostBits: Bool { address.masked(toPrefix: length) != address }

    /// `10.1.0.0/24`; the length is left out where it is full.
    package var description: String {
        length == address.bitCount ? "\(address)" : "\(address)/\(length)"
    }
}

/// An IP protocol number in a selector (RFC 4301, 4.4.1.1); 255 stands for any (`IPSEC_PROTO_ANY`).
package struct NextLayerProtocol: RawRepresentable, Hashable, Sendable {
    /// Every protocol.
    package static let any = NextLayerProtocol(rawValue: 255)
    /// ICMP, RFC 792: type and code are in the port fields.
    package static let icmp = NextLayerProtocol(rawValue: 1)
    /// IP in IP, RFC 2003.
    package static let ipv4 = NextLayerProtocol(rawValue: 4)
    /// TCP, RFC 9293.
    package static let tcp = NextLayerProtocol(rawValue: 6)
    /// UDP, RFC 768.
    package static let udp = NextLayerProtocol(rawValue: 17)
    /// GRE, RFC 2784; its key (RFC 2890) is in the port fields.
    package static let gre = NextLayerProtocol(rawValue: 47)
    /// ESP, RFC 4303.
    package static let esp = NextLayerProtocol(rawValue: 50)
    /// AH, RFC 4302.
    package static let ah = NextLayerProtocol(rawValue: 51)
    /// ICMPv6, RFC 4443: type and code are in the port fields.
    package static let icmpv6 = NextLayerProtocol(rawValue: 58)
    /// The Mobility Header of Mobile IPv6, RFC 6275: its type is in the port fields.
    package static let mobilityHeader = NextLayerProtocol(rawValue: 135)

    /// The number, 0...255, as IANA assigns it.
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Whether the port fields mean type and code (RFC 4301, 4.4.1.1) instead of ports.
    package var hasTypeAndCode: Bool { self == .icmp || self == .icmpv6 || self == .mobilityHeader }
}

/// What a policy matches (RFC 4301, 4.4.1.1).
package struct Selector: Hashable, Sendable {
    /// Where the packets come from.
    package var source: AddressPrefix
    /// Where they go; of the same family.
    package var destination: AddressPrefix
    /// What they carry.
    package var nextLayer: NextLayerProtocol
    /// 0 is any; ICMP: the type; GRE: the upper 16 bits of the key.
    package var sourcePort: UInt16
    /// 0 is any; ICMP: the code; GRE: the lower 16 bits of the key.
    package var destinationPort: UInt16

    package init(
        source: AddressPrefix, destination: AddressPrefix, nextLayer: NextLayerProtocol = .any,
        sourcePort: UInt16 = 0, destinationPort: UInt16 = 0
    ) {
        self.source = source
        self.destination = destination
        self.nextLayer = nextLayer
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
    }
}
