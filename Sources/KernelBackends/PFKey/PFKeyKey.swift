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
        let start = reader.offset
        bitCount = try reader.read(sadb_key.self).sadb_key_bits
        let byteCount = (Int(bitCount) + 7) / 8
        guard byteCount <= reader.remaining else { throw WireError(.keyBits(bitCount), at: start) }
        guard byteCount > 0 else {
            material = nil
            return
        }
        material = try Self.material(from: reader.slice(byteCount: byteCount))
    }

    private static func material(from bytes: consuming WireReader) throws(WireError) -> KeyMaterial {
        var bytes = bytes
        return try KeyMaterial(byteCount: bytes.remaining) { span throws(WireError) in try bytes.copy(to: &span) }
    }

    func write(_ type: PFKeyExtensionType, to writer: inout WireWriter) throws(WireError) {
        let header = sadb_key(
            sadb_key_len: 0, sadb_key_exttype: type.rawValue, sadb_key_bits: bitCount, sadb_key_reserved: 0)
        try writer.appendExtension(header) { writer throws(WireError) in
            material?.withBytes { writer.append($0) }
        }
    }
}
