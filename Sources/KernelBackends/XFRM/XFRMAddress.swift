internal import Glibc
internal import IPsec

/// Sixteen bytes that are an address of a family that is said elsewhere (`xfrm_address_t`); IPv4 lies in the first four.
struct XFRMAddress: Hashable, Sendable {
    /// The first eight bytes.
    private let high: UInt64
    /// The last eight bytes.
    private let low: UInt64

    init(_ address: IPAddress) {
        switch address.family {
        case .ipv4: (high, low) = (UInt64(address.ipv4Bits) << 32, 0)
        case .ipv6: (high, low) = (address.high, address.low)
        }
    }

    init(from reader: inout WireReader) throws(WireError) {
        high = try reader.readBigEndian(UInt64.self)
        low = try reader.readBigEndian(UInt64.self)
    }

    /// No address.
    var isZero: Bool { high == 0 && low == 0 }

    /// The address, of this family; what lies behind an IPv4 address means nothing.
    func address(_ family: IPAddress.Family) -> IPAddress {
        switch family {
        case .ipv4: IPAddress(ipv4: UInt32(truncatingIfNeeded: high >> 32))
        case .ipv6: IPAddress(ipv6: high, low)
        }
    }

    func write(to writer: inout WireWriter) {
        writer.append(bigEndian: high)
        writer.append(bigEndian: low)
    }
}

extension IPAddress.Family {
    /// `AF_INET` or `AF_INET6`, as netlink has them.
    var xfrmNumber: UInt16 { UInt16(self == .ipv4 ? AF_INET : AF_INET6) }

    /// Reads `AF_INET` or `AF_INET6`.
    static func read(from reader: inout WireReader) throws(WireError) -> IPAddress.Family {
        let start = reader.offset
        let number = try reader.read(UInt16.self)
        guard let family = IPAddress.Family(xfrmNumber: number) else {
            throw WireError(.addressFamily(number), at: start)
        }
        return family
    }

    init?(xfrmNumber: UInt16) {
        switch Int32(xfrmNumber) {
        case AF_INET: self = .ipv4
        case AF_INET6: self = .ipv6
        default: return nil
        }
    }
}
