internal import CLinux
package import IPsec

/// A key extension (RFC 2367, 2.3.4; `sadb_key`).
package struct PFKeyKey: Equatable, Sendable {
    /// `sadb_key_bits`: need not be a multiple of 8.
    package let bitCount: UInt16
    /// The bytes, `bitCount` rounded up; `nil` for a key of 0 bits, which ESP sends for null encryption.
    package let material: KeyMaterial?

    /// - Parameter material: at most 65,535 bits; longer ones have no length on the wire.
    package init(_ material: KeyMaterial?) throws(WireError) {
        guard let bitCount = UInt16(exactly: material?.bitCount ?? 0) else { throw WireError(.tooLong, at: 0) }
        self.bitCount = bitCount
        self.material = bitCount == 0 ? nil : material
    }

    init(from reader: inout WireReader) throws(WireError) {
        bitCount = try Self.readHeader(from: &reader)
        guard bitCount > 0 else {
            material = nil
            return
        }
        material = KeyMaterial(reader.rest)
    }

    /// Reads the header of a key, and makes `reader` one over its bytes alone.
    ///
    /// - Returns: the key's length in bits.
    @inline(__always)
    @_lifetime(reader: copy reader)
    static func readHeader(from reader: inout WireReader) throws(WireError) -> UInt16 {
        let start = reader.offset
        let bitCount = try reader.read(sadb_key.self).sadb_key_bits
        let byteCount = (Int(bitCount) + 7) / 8
        guard byteCount <= reader.remaining else { throw WireError(.keyBits(bitCount), at: start) }
        reader = try reader.slice(byteCount: byteCount)
        return bitCount
    }

    /// Appends it as an extension of this type.
    package func write(_ type: PFKeyExtensionType, to writer: inout WireWriter) throws(WireError) {
        try Self.write(bitCount, material?.span, type, to: &writer)
    }

    /// Appends a key of whole bytes as an extension of this type.
    ///
    /// - Parameter bytes: at most 65,535 bits: longer ones have no length on the wire. `nil` for a key of 0 bits.
    static func write(
        _ bytes: Span<UInt8>?, _ type: PFKeyExtensionType, to writer: inout WireWriter
    ) throws(WireError) {
        guard let bitCount = UInt16(exactly: 8 * (bytes?.count ?? 0)) else { throw WireError(.tooLong, at: 0) }
        try write(bitCount, bytes, type, to: &writer)
    }

    private static func write(
        _ bitCount: UInt16, _ bytes: Span<UInt8>?, _ type: PFKeyExtensionType, to writer: inout WireWriter
    ) throws(WireError) {
        let header = sadb_key(
            sadb_key_len: 0, sadb_key_exttype: type.rawValue, sadb_key_bits: bitCount, sadb_key_reserved: 0)
        try writer.appendExtension(header) { writer throws(WireError) in
            if let bytes { writer.append(bytes) }
        }
    }
}
