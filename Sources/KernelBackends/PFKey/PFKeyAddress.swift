internal import CLinux
package import IPsec

/// An address extension (RFC 2367, 2.3.3; `sadb_address` and a socket address).
package struct PFKeyAddress: Hashable, Sendable {
    /// Address and port.
    package var socketAddress: SocketAddress
    /// 0...32 or 0...128 by family.
    package var prefixLength: UInt8
    /// The protocol of a selector, 255 for any. The kernel writes 0 in messages about SAs.
    package var nextLayer: NextLayerProtocol

    package init(_ prefix: AddressPrefix, port: UInt16 = 0, nextLayer: NextLayerProtocol = .any) {
        socketAddress = SocketAddress(prefix.address, port: port)
        prefixLength = prefix.length
        self.nextLayer = nextLayer
    }

    /// The address alone.
    package var address: IPAddress { socketAddress.address }
    /// In host byte order; 0 for none.
    package var port: UInt16 { socketAddress.port }
    /// The address with its length, as a selector has it.
    package var prefix: AddressPrefix { AddressPrefix(address: address, length: prefixLength) }

    /// Reads one that has been checked.
    @inline(__always)
    init(from reader: inout WireReader) throws(WireError) {
        let raw = try reader.read(sadb_address.self)
        socketAddress = try SocketAddress(from: &reader)
        prefixLength = raw.sadb_address_prefixlen
        nextLayer = NextLayerProtocol(rawValue: raw.sadb_address_proto)
    }

    /// Goes over it, and finds what is wrong with it.
    @inline(__always)
    static func check(_ reader: inout WireReader) throws(WireError) {
        let start = reader.offset
        let raw = try reader.read(sadb_address.self)
        let bitCount = try SocketAddress.skip(&reader)
        // A proxy has the selector's length with an address of the ends' family, whatever the selector's is.
        guard raw.sadb_address_prefixlen <= bitCount || raw.sadb_address_exttype == UInt16(SADB_EXT_ADDRESS_PROXY)
        else {
            throw WireError(.prefixLength(raw.sadb_address_prefixlen), at: start)
        }
        // As the kernel's verify_address_len: the length is that of the address, rounded up to a word.
        guard reader.remaining < 8 else {
            throw WireError(
                .extensionLength(type: raw.sadb_address_exttype, words: raw.sadb_address_len), at: start)
        }
    }

    /// Appends it as an extension of this type.
    package func write(_ type: PFKeyExtensionType, to writer: inout WireWriter) throws(WireError) {
        let header = sadb_address(
            sadb_address_len: 0, sadb_address_exttype: type.rawValue, sadb_address_proto: nextLayer.rawValue,
            sadb_address_prefixlen: prefixLength, sadb_address_reserved: 0)
        switch address.family {
        case .ipv4: writer.appendExtension(header, socketAddress.ipv4)
        case .ipv6:
            try writer.appendExtension(header) { writer throws(WireError) in socketAddress.write(to: &writer) }
        }
    }
}

/// The addresses that IKE is to use after a MIGRATE (`sadb_x_kmaddress`).
package struct PFKeyKeyManagerAddress: Hashable, Sendable {
    /// Our end.
    package var local: SocketAddress
    /// The peer's end.
    package var remote: SocketAddress

    package init(local: SocketAddress, remote: SocketAddress) {
        self.local = local
        self.remote = remote
    }

    @inline(__always)
    init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.read(sadb_x_kmaddress.self)
        local = try SocketAddress(from: &reader)
        remote = try SocketAddress(from: &reader)
    }

    /// Appends it as an extension.
    package func write(to writer: inout WireWriter) throws(WireError) {
        let header = sadb_x_kmaddress(
            sadb_x_kmaddress_len: 0, sadb_x_kmaddress_exttype: PFKeyExtensionType.keyManagerAddress.rawValue,
            sadb_x_kmaddress_reserved: 0)
        try writer.appendExtension(header) { writer throws(WireError) in
            local.write(to: &writer)
            remote.write(to: &writer)
        }
    }
}
