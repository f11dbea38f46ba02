internal import CLinux
internal import IPsec

/// The next extension of a message: its type, and a reader over it, header included.
struct PFKeyExtensionReader: ~Escapable {
    let type: PFKeyExtensionType
    /// How it is laid out; `nil` for a type that the table does not have.
    let layout: PFKeyExtension.Layout?
    var body: WireReader

    /// Checks the length against the message and, for a known type, against the table.
    /// - Parameter table: ``PFKeyExtension/table``.
    @inline(__always)
    @_lifetime(copy reader)
    init(
        from reader: inout WireReader, _ table: [PFKeyExtension] = PFKeyExtension.table
    ) throws(WireError) {
        let start = reader.offset
        var ahead = reader
        let raw = try ahead.read(sadb_ext.self)
        let byteCount = Int(raw.sadb_ext_len) * 8
        type = PFKeyExtensionType(rawValue: raw.sadb_ext_type)
        // Of an unknown extension, the word that its own header fills.
        var minimum = 8
        if type.isKnown {
            let row = table[Int(type.rawValue) - 1]
            layout = row.layout
            minimum = row.minimalByteCount
        } else {
            layout = nil
        }
        guard byteCount >= minimum, byteCount <= reader.remaining else {
            throw WireError(.extensionLength(type: type.rawValue, words: raw.sadb_ext_len), at: start)
        }
        guard type.rawValue != 0 else { throw WireError(.reservedExtension, at: start) }
        body = try reader.slice(byteCount: byteCount)
    }

    /// Looks at what of the body has rules beyond its length; the body is read then.
    ///
    /// What has been checked reads without an error, and never beyond its own end.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func check() throws(WireError) {
        switch layout {
        case .address: try PFKeyAddress.check(&body)
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
