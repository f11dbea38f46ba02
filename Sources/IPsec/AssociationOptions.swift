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
    /// The device that does its work (`XFRMA_OFFLOAD_DEV`); `nil` where the kernel does it.
    package var offload: Offload?

    package init() {}
}

/// What a network device does for an SA, in place of the kernel.
package struct Offload: Hashable, Sendable {
    /// Which device.
    package var device: Device
    /// Whether it does all that is to be done to a packet (`XFRM_OFFLOAD_PACKET`); else it encrypts alone.
    package var isOfPackets: Bool
    /// Which packets: a device has an engine for each way.
    package var direction: AssociationDirection

    package init(device: Device, isOfPackets: Bool, direction: AssociationDirection) {
        self.device = device
        self.isOfPackets = isOfPackets
        self.direction = direction
    }

    /// The word of the language for what it does.
    package var word: StaticString { isOfPackets ? "packet" : "crypto" }
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
