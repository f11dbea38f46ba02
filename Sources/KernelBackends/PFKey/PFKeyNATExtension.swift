internal import CLinux

/// The two NAT-T extensions that hold one number each (`sadb_x_nat_t_type`, `sadb_x_nat_t_port`).
package enum PFKeyNATExtension {
    static func readType(from reader: inout WireReader) throws(WireError) -> UInt8 {
        try reader.read(sadb_x_nat_t_type.self).sadb_x_nat_t_type_type
    }

    static func readPort(from reader: inout WireReader) throws(WireError) -> UInt16 {
        UInt16(bigEndian: try reader.read(sadb_x_nat_t_port.self).sadb_x_nat_t_port_port)
    }

    /// Appends a number as an extension.
    package static func write(type: UInt8, to writer: inout WireWriter) throws(WireError) {
        writer.appendExtension(
            sadb_x_nat_t_type(
                sadb_x_nat_t_type_len: 0, sadb_x_nat_t_type_exttype: PFKeyExtensionType.natType.rawValue,
                sadb_x_nat_t_type_type: type, sadb_x_nat_t_type_reserved: (0, 0, 0)))
    }

    /// Appends a number as an extension of this type.
    package static func write(
        port: UInt16, _ type: PFKeyExtensionType, to writer: inout WireWriter
    ) throws(WireError) {
        writer.appendExtension(
            sadb_x_nat_t_port(
                sadb_x_nat_t_port_len: 0, sadb_x_nat_t_port_exttype: type.rawValue,
                sadb_x_nat_t_port_port: port.bigEndian, sadb_x_nat_t_port_reserved: 0))
    }
}
