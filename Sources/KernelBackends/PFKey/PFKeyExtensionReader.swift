internal import CLinux
internal import IPsec

/// The next extension of a message: its type, and a reader over it, header included.
struct PFKeyExtensionReader: ~Escapable {
    let type: PFKeyExtensionType
    /// What the table says of it; `nil` for a type that it does not have.
    let row: PFKeyExtension?
    var body: WireReader

    /// Checks the length against the message and, for a known type, against the table.
    @inline(__always)
    @_lifetime(copy reader)
    init(from reader: inout WireReader) throws(WireError) {
        let start = reader.offset
        var ahead = reader
        let raw = try ahead.read(sadb_ext.self)
        let byteCount = Int(raw.sadb_ext_len) * 8
        type = PFKeyExtensionType(rawValue: raw.sadb_ext_type)
        row = type.row
        // Of an unknown extension, the word that its own header fills.
        guard byteCount >= row?.minimalByteCount ?? 8, byteCount <= reader.remaining else {
            throw WireError(.extensionLength(type: type.rawValue, words: raw.sadb_ext_len), at: start)
        }
        guard type.rawValue != 0 else { throw WireError(.reservedExtension, at: start) }
        body = try reader.slice(byteCount: byteCount)
    }

    /// Reads what of the body has rules beyond its length; the body is read then.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func check() throws(WireError) {
        switch row?.layout {
        case .address: _ = try PFKeyAddress(from: &body)
        case .key: _ = try PFKeyKey.readHeader(from: &body)
        case .policy: try PFKeyPolicy.check(&body)
        case .securityContext: _ = try PFKeySecurityContext(from: &body)
        case .proposal: _ = try PFKeyProposal(from: &body)
        case .keyManagerAddress: _ = try PFKeyKeyManagerAddress(from: &body)
        case .association, .lifetime, .identity, .sensitivity, .supported, .spiRange, .keyManagerPrivate, .association2,
            .natType, .natPort, .filter, nil:
            break
        }
    }
}

extension WireReader {
    /// A reader over the extension that lies at `offset` of a message that this reader is over, by its own length.
    @inline(__always)
    @_lifetime(copy self)
    func `extension`(at offset: Int) throws(WireError) -> WireReader {
        var reader = self
        try reader.skip(offset)
        var ahead = reader
        return try reader.slice(byteCount: Int(ahead.read(UInt16.self)) * 8)
    }
}
