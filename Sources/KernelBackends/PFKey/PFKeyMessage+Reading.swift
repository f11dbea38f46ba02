internal import CLinux
internal import IPsec

extension PFKeyMessage {
    /// Reads a whole datagram, as the kernel's `parse_exthdrs` does.
    ///
    /// RFC 2367, 2.3: "Extensions with unknown types MUST be ignored."
    package init(parsing datagram: Span<UInt8>) throws(WireError) {
        var reader = WireReader(datagram)
        self.init(header: try PFKeyHeader(from: &reader))
        try readExtensions(from: &reader)
    }

    /// Fills a message in place, which spares the hot path a copy of so large a value.
    ///
    /// - Parameter reader: stands behind the header.
    mutating func readExtensions(from reader: inout WireReader) throws(WireError) {
        var seen: UInt32 = 0
        while reader.remaining > 0 {
            var next = try PFKeyExtensionReader(from: &reader)
            guard next.type.isKnown else { continue }
            let bit: UInt32 = 1 << UInt32(next.type.rawValue)
            guard seen & bit == 0 else {
                throw WireError(.duplicateExtension(type: next.type.rawValue), at: next.body.offset)
            }
            seen |= bit
            try read(next.type, from: &next.body)
        }
    }

    private mutating func read(
        _ type: PFKeyExtensionType, from body: inout WireReader
    ) throws(WireError) {
        switch type {
        case .association: association = try PFKeyAssociation(from: &body)
        case .association2: association2 = try PFKeyAssociation2(from: &body)
        case .currentLifetime: currentLifetime = try Lifetime(from: &body)
        case .hardLifetime: hardLifetime = try Lifetime(from: &body)
        case .softLifetime: softLifetime = try Lifetime(from: &body)
        case .source: source = try PFKeyAddress(from: &body)
        case .destination: destination = try PFKeyAddress(from: &body)
        case .proxy: proxy = try PFKeyAddress(from: &body)
        case .integrityKey: integrityKey = try PFKeyKey(from: &body)
        case .encryptionKey: encryptionKey = try PFKeyKey(from: &body)
        case .policy: policy = try PFKeyPolicy(from: &body)
        default: try readRare(type, from: &body)
        }
    }

    private mutating func readRare(
        _ type: PFKeyExtensionType, from body: inout WireReader
    ) throws(WireError) {
        switch type {
        case .natType: natType = try PFKeyNATExtension.readType(from: &body)
        case .natSourcePort: natSourcePort = try PFKeyNATExtension.readPort(from: &body)
        case .natDestinationPort: natDestinationPort = try PFKeyNATExtension.readPort(from: &body)
        case .natOriginalAddress: natOriginalAddress = try PFKeyAddress(from: &body)
        case .securityContext: securityContext = try PFKeySecurityContext(from: &body)
        case .supportedIntegrity: supportedIntegrity = try PFKeySupportedAlgorithm.list(from: &body)
        case .supportedEncryption: supportedEncryption = try PFKeySupportedAlgorithm.list(from: &body)
        case .spiRange: spiRange = try PFKeySPIRange(from: &body)
        case .proposal: proposal = try PFKeyProposal(from: &body)
        case .filter: filter = try PFKeyFilter(from: &body)
        case .sourceIdentity: sourceIdentity = try PFKeyIdentity(from: &body)
        case .destinationIdentity: destinationIdentity = try PFKeyIdentity(from: &body)
        case .sensitivity: sensitivity = try PFKeySensitivity(from: &body)
        case .keyManagerPrivate: keyManagerPrivate = try PFKeyKeyManagerPrivate(from: &body)
        case .keyManagerAddress: keyManagerAddress = try PFKeyKeyManagerAddress(from: &body)
        default: break
        }
    }
}

/// The next extension of a message: its type, and a reader over it, header included.
struct PFKeyExtensionReader: ~Escapable {
    let type: PFKeyExtensionType
    var body: WireReader

    /// Checks the length against the message and, for a known type, against the table.
    @_lifetime(copy reader)
    init(from reader: inout WireReader) throws(WireError) {
        let start = reader.offset
        var ahead = reader
        let raw = try ahead.read(sadb_ext.self)
        let byteCount = Int(raw.sadb_ext_len) * 8
        type = PFKeyExtensionType(rawValue: raw.sadb_ext_type)
        guard byteCount >= type.minimalByteCount, byteCount <= reader.remaining else {
            throw WireError(.extensionLength(type: type.rawValue, words: raw.sadb_ext_len), at: start)
        }
        guard type.rawValue != 0 else { throw WireError(.reservedExtension, at: start) }
        body = try reader.slice(byteCount: byteCount)
    }
}
