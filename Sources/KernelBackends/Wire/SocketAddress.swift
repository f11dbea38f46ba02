internal import Glibc
package import IPsec

/// An address and a port as the kernel writes them: `sockaddr_in`, or `sockaddr_in6` field by field (it holds a union).
///
/// Flow label and scope are not kept: the kernel ignores both here and answers 0 (kernel-facts 6).
package struct SocketAddress: Hashable, Sendable {
    /// IPv4 or IPv6; its family is the socket address's.
    package var address: IPAddress
    /// In host order; 0 for none.
    package var port: UInt16

    package init(_ address: IPAddress, port: UInt16 = 0) {
        self.address = address
        self.port = port
    }

    @inline(__always)
    init(from reader: inout WireReader) throws(WireError) {
        var ahead = reader
        let family = try ahead.read(UInt16.self)
        switch Int32(family) {
        case AF_INET:
            let raw = try reader.read(sockaddr_in.self)
            port = UInt16(bigEndian: raw.sin_port)
            address = IPAddress(ipv4: UInt32(bigEndian: raw.sin_addr.s_addr))
        case AF_INET6:
            try reader.skip(MemoryLayout.size(ofValue: family))
            port = try reader.readBigEndian(UInt16.self)
            try reader.skip(Self.flowLabelByteCount)
            let high = try reader.readBigEndian(UInt64.self)
            address = IPAddress(ipv6: high, try reader.readBigEndian(UInt64.self))
            try reader.skip(Self.scopeByteCount)
        default:
            throw WireError(.addressFamily(family), at: reader.offset)
        }
    }

    /// Goes over one without looking at the address.
    ///
    /// - Returns: how many bits the address has.
    @inline(__always)
    static func skip(_ reader: inout WireReader) throws(WireError) -> UInt8 {
        var ahead = reader
        let family = try ahead.read(UInt16.self)
        switch Int32(family) {
        case AF_INET:
            try reader.skip(MemoryLayout<sockaddr_in>.size)
            return 32
        case AF_INET6:
            try reader.skip(MemoryLayout.size(ofValue: family) + MemoryLayout<UInt16>.size + flowLabelByteCount)
            try reader.skip(8)
            try reader.skip(8)
            try reader.skip(scopeByteCount)
            return 128
        default:
            throw WireError(.addressFamily(family), at: reader.offset)
        }
    }

    func write(to writer: inout WireWriter) {
        switch address.family {
        case .ipv4: writer.append(ipv4)
        case .ipv6:
            writer.append(UInt16(AF_INET6))
            writer.append(bigEndian: port)
            writer.append(0 as UInt32)
            writer.append(bigEndian: address.high)
            writer.append(bigEndian: address.low)
            writer.append(0 as UInt32)
        }
    }

    /// An IPv4 address as the kernel writes it.
    var ipv4: sockaddr_in {
        var raw = sockaddr_in()
        raw.sin_family = sa_family_t(AF_INET)
        raw.sin_port = port.bigEndian
        raw.sin_addr.s_addr = address.ipv4Bits.bigEndian
        return raw
    }

    /// As `bind(2)` takes it.
    package var bytes: [UInt8] {
        var writer = WireWriter()
        write(to: &writer)
        var bytes: [UInt8] = []
        writer.finish(into: &bytes)
        return bytes
    }

    /// `sin6_flowinfo`.
    private static let flowLabelByteCount = 4
    /// `sin6_scope_id`.
    private static let scopeByteCount = 4
}
