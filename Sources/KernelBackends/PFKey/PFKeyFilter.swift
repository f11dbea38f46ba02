internal import CLinux

/// What a DUMP of SAs is to show (`sadb_x_filter`, Linux's own; kernel-facts 3.5).
package struct PFKeyFilter: Hashable, Sendable {
    /// `AF_INET`, `AF_INET6`, or 0 for any; the kernel does not check it.
    package var family: UInt16
    /// Where an SA has to come from.
    package var source: Prefix
    /// Where an SA has to go.
    package var destination: Prefix

    /// Sixteen bytes in network order, an IPv4 address in the first four, and how many of their bits count.
    package struct Prefix: Hashable, Sendable {
        /// The leading 64 bits.
        package var high: UInt64
        /// The rest; zero for IPv4.
        package var low: UInt64
        /// 0 for any address; the kernel refuses more than 128.
        package var length: UInt8

        package init(high: UInt64, low: UInt64, length: UInt8) {
            self.high = high
            self.low = low
            self.length = length
        }
    }

    package init(family: UInt16, source: Prefix, destination: Prefix) {
        self.family = family
        self.source = source
        self.destination = destination
    }

    init(from reader: inout WireReader) throws(WireError) {
        try reader.skip(MemoryLayout<sadb_ext>.size)
        source = Prefix(
            high: try reader.readBigEndian(UInt64.self), low: try reader.readBigEndian(UInt64.self), length: 0)
        destination = Prefix(
            high: try reader.readBigEndian(UInt64.self), low: try reader.readBigEndian(UInt64.self), length: 0)
        family = try reader.read(UInt16.self)
        source.length = try reader.read(UInt8.self)
        destination.length = try reader.read(UInt8.self)
    }

    /// Appends it as an extension.
    package func write(to writer: inout WireWriter) throws(WireError) {
        let header = sadb_ext(sadb_ext_len: 0, sadb_ext_type: PFKeyExtensionType.filter.rawValue)
        try writer.appendExtension(header) { writer throws(WireError) in
            for prefix in [source, destination] {
                writer.append(bigEndian: prefix.high)
                writer.append(bigEndian: prefix.low)
            }
            writer.append(family)
            writer.append(source.length)
            writer.append(destination.length)
        }
    }
}
