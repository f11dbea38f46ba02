internal import Glibc
package import IPsec

/// An address and a port as the kernel writes them: `sockaddr_in` or `sockaddr_in6`, field by field.
///
/// Flow label and scope are not kept: the kernel ignores both here and answers 0 (KERNEL-FACTS 6).
package struct PFKeySocketAddress: Hashable, Sendable {
    package var address: IPAddress
    /// In host order; 0 for none.
    package var port: UInt16

    package init(_ address: IPAddress, port: UInt16 = 0) {
        self.address = address
        self.port = port
    }

    init(from reader: inout WireReader) throws(WireError) {
        let start = reader.offset
        let family = try reader.read(UInt16.self)
        port = try reader.readBigEndian(UInt16.self)
        switch Int32(family) {
        case AF_INET:
            address = IPAddress(ipv4: try reader.readBigEndian(UInt32.self))
            try reader.skip(Self.ipv4PaddingByteCount)
        case AF_INET6:
            try reader.skip(Self.flowLabelByteCount)
            let high = try reader.readBigEndian(UInt64.self)
            address = IPAddress(ipv6: high, try reader.readBigEndian(UInt64.self))
            try reader.skip(Self.scopeByteCount)
        default:
            throw WireError(.addressFamily(family), at: start)
        }
    }

    func write(to writer: inout WireWriter) {
        switch address.family {
        case .ipv4:
            writer.append(UInt16(AF_INET))
            writer.append(bigEndian: port)
            writer.append(bigEndian: address.ipv4Bits)
            writer.append(0 as UInt64)
        case .ipv6:
            writer.append(UInt16(AF_INET6))
            writer.append(bigEndian: port)
            writer.append(0 as UInt32)
            writer.append(bigEndian: address.high)
            writer.append(bigEndian: address.low)
            writer.append(0 as UInt32)
        }
    }

    /// `sin_zero`.
    private static let ipv4PaddingByteCount = 8
    /// `sin6_flowinfo`.
    private static let flowLabelByteCount = 4
    /// `sin6_scope_id`.
    private static let scopeByteCount = 4
}
