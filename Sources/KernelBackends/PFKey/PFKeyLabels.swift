internal import CLinux

/// An identity extension (RFC 2367, 2.3.5; `sadb_ident`); Linux ignores it.
package struct PFKeyIdentity: Hashable, Sendable {
    /// `SADB_IDENTTYPE_*`.
    package var type: UInt16
    /// A number of the identity, such as a user id.
    package var id: UInt64
    /// The name and its padding to a word.
    package var name: [UInt8]

    package init(type: UInt16, id: UInt64, name: [UInt8]) {
        self.type = type
        self.id = id
        self.name = name
    }

    init(from reader: inout WireReader) throws(WireError) {
        let raw = try reader.read(sadb_ident.self)
        type = raw.sadb_ident_type
        id = raw.sadb_ident_id
        name = try reader.readBytes(reader.remaining)
    }

    /// Appends it as an extension of this type.
    package func write(_ extensionType: PFKeyExtensionType, to writer: inout WireWriter) throws(WireError) {
        let header = sadb_ident(
            sadb_ident_len: 0, sadb_ident_exttype: extensionType.rawValue, sadb_ident_type: type,
            sadb_ident_reserved: 0, sadb_ident_id: id)
        try writer.appendExtension(header) { writer throws(WireError) in writer.append(name.span) }
    }
}

/// A sensitivity extension (RFC 2367, 2.3.5; `sadb_sens`); Linux ignores it.
package struct PFKeySensitivity: Hashable, Sendable {
    /// The protection domain.
    package var domain: UInt32
    /// `sadb_sens_sens_level`.
    package var secrecyLevel: UInt8
    /// `sadb_sens_integ_level`.
    package var integrityLevel: UInt8
    /// How many 64-bit words of ``bitmaps`` belong to secrecy; as told, not checked against their number.
    package var secrecyWordCount: UInt8
    /// How many belong to integrity.
    package var integrityWordCount: UInt8
    /// The compartments: those of secrecy, then those of integrity.
    package var bitmaps: [UInt8]

    package init(
        domain: UInt32, secrecyLevel: UInt8, secrecyWordCount: UInt8, integrityLevel: UInt8,
        integrityWordCount: UInt8, bitmaps: [UInt8]
    ) {
        self.domain = domain
        self.secrecyLevel = secrecyLevel
        self.secrecyWordCount = secrecyWordCount
        self.integrityLevel = integrityLevel
        self.integrityWordCount = integrityWordCount
        self.bitmaps = bitmaps
    }

    init(from reader: inout WireReader) throws(WireError) {
        let raw = try reader.read(sadb_sens.self)
        domain = raw.sadb_sens_dpd
        secrecyLevel = raw.sadb_sens_sens_level
        integrityLevel = raw.sadb_sens_integ_level
        secrecyWordCount = raw.sadb_sens_sens_len
        integrityWordCount = raw.sadb_sens_integ_len
        bitmaps = try reader.readBytes(reader.remaining)
    }

    /// Appends it as an extension.
    package func write(to writer: inout WireWriter) throws(WireError) {
        let header = sadb_sens(
            sadb_sens_len: 0, sadb_sens_exttype: PFKeyExtensionType.sensitivity.rawValue, sadb_sens_dpd: domain,
            sadb_sens_sens_level: secrecyLevel, sadb_sens_sens_len: secrecyWordCount,
            sadb_sens_integ_level: integrityLevel, sadb_sens_integ_len: integrityWordCount, sadb_sens_reserved: 0)
        try writer.appendExtension(header) { writer throws(WireError) in writer.append(bitmaps.span) }
    }
}

/// Bytes between one key manager and itself (`sadb_x_kmprivate`); Linux ignores them.
package struct PFKeyKeyManagerPrivate: Hashable, Sendable {
    /// As they came, the padding included.
    package var bytes: [UInt8]

    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.read(sadb_x_kmprivate.self)
        bytes = try reader.readBytes(reader.remaining)
    }

    /// Appends it as an extension.
    package func write(to writer: inout WireWriter) throws(WireError) {
        let header = sadb_x_kmprivate(
            sadb_x_kmprivate_len: 0, sadb_x_kmprivate_exttype: PFKeyExtensionType.keyManagerPrivate.rawValue,
            sadb_x_kmprivate_reserved: 0)
        try writer.appendExtension(header) { writer throws(WireError) in writer.append(bytes.span) }
    }
}

/// The label of a security module (`sadb_x_sec_ctx`).
package struct PFKeySecurityContext: Hashable, Sendable {
    /// `XFRM_SC_ALG_*`.
    package var algorithm: UInt8
    /// `XFRM_SC_DOI_*`.
    package var domain: UInt8
    /// The text as it travels, with its NUL if it has one.
    package var label: [UInt8]

    package init(algorithm: UInt8, domain: UInt8, label: [UInt8]) {
        self.algorithm = algorithm
        self.domain = domain
        self.label = label
    }

    init(from reader: inout WireReader) throws(WireError) {
        let start = reader.offset
        let raw = try reader.read(sadb_x_sec_ctx.self)
        algorithm = raw.sadb_x_ctx_alg
        domain = raw.sadb_x_ctx_doi
        label = try reader.readBytes(Int(raw.sadb_x_ctx_len))
        // As the kernel's verify_sec_ctx_len: no word more than the label needs.
        guard reader.remaining < 8 else {
            throw WireError(.extensionLength(type: raw.sadb_x_sec_exttype, words: raw.sadb_x_sec_len), at: start)
        }
    }

    /// Appends it as an extension.
    package func write(to writer: inout WireWriter) throws(WireError) {
        guard let byteCount = UInt16(exactly: label.count) else { throw WireError(.tooLong, at: writer.count) }
        let header = sadb_x_sec_ctx(
            sadb_x_sec_len: 0, sadb_x_sec_exttype: PFKeyExtensionType.securityContext.rawValue,
            sadb_x_ctx_alg: algorithm, sadb_x_ctx_doi: domain, sadb_x_ctx_len: byteCount)
        try writer.appendExtension(header) { writer throws(WireError) in writer.append(label.span) }
    }
}
