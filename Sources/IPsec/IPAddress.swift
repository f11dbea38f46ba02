/// A numeric IPv4 or IPv6 address; no port, no scope, no name.
///
/// The bytes are kept in two words, so that an address is a plain value without a heap allocation:
/// an IPv4 address lies in the lowest 32 bits of ``low``.
package struct IPAddress: Hashable, Sendable {
    /// The address family; the wire numbers (`AF_INET`, `AF_INET6`) belong to the codecs.
    package enum Family: UInt8, Hashable, Sendable {
        /// 32 bits.
        case ipv4 = 4
        /// 128 bits.
        case ipv6 = 6
    }

    /// Bits 127...64 of an IPv6 address, zero for IPv4.
    package let high: UInt64
    /// Bits 63...0 of an IPv6 address; the 32 bits of an IPv4 one.
    package let low: UInt64
    /// Which of the two it is.
    package let family: Family

    /// An IPv4 address from its 32 bits, most significant octet first: `0x0A00_0B21` is 10.0.11.33.
    package init(ipv4 bits: UInt32) {
        high = 0
        low = UInt64(bits)
        family = .ipv4
    }

    /// An IPv6 address from its 128 bits, most significant first.
    package init(ipv6 high: UInt64, _ low: UInt64) {
        self.high = high
        self.low = low
        family = .ipv6
    }

    /// The unspecified address of a family: `0.0.0.0` or `::`.
    package static func unspecified(_ family: Family) -> IPAddress {
        switch family {
        case .ipv4: IPAddress(ipv4: 0)
        case .ipv6: IPAddress(ipv6: 0, 0)
        }
    }

    /// Two words at most: tables are looked up by addresses.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(low)
        if family == .ipv6 { hasher.combine(high) }
    }

    /// The 32 bits of an IPv4 address.
    package var ipv4Bits: UInt32 { UInt32(truncatingIfNeeded: low) }

    /// The number of bits in an address of this family: 32 or 128.
    package var bitCount: UInt8 { family.bitCount }

    /// This address with all bits behind the first `length` cleared.
    package func masked(toPrefix length: UInt8) -> IPAddress {
        switch family {
        case .ipv4:
            let keep = length >= 32 ? UInt32.max : ~(UInt32.max >> UInt32(length))
            return IPAddress(ipv4: ipv4Bits & keep)
        case .ipv6:
            let highKeep = length >= 64 ? UInt64.max : ~(UInt64.max >> UInt64(length))
            let lowKeep = length >= 128 ? UInt64.max : length <= 64 ? 0 : ~(UInt64.max >> UInt64(length - 64))
            return IPAddress(ipv6: high & highKeep, low & lowKeep)
        }
    }

    /// The 16-bit group `index` (0...7) of an IPv6 address.
    func group(_ index: Int) -> UInt16 {
        let word = index < 4 ? high : low
        return UInt16(truncatingIfNeeded: word >> UInt64(48 - 16 * (index % 4)))
    }
}

extension IPAddress.Family {
    /// The number of bits in an address of this family: 32 or 128.
    package var bitCount: UInt8 { self == .ipv4 ? 32 : 128 }
}
