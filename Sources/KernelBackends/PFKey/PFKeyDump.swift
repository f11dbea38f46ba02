internal import CLinux
internal import IPsec
internal import TextBytes

/// The text form of one raw message, in the layout of `setkey -x` (language 3.4).
///
/// Walks the extensions itself and is no ``PFKeyDatagram``, because it shows what is there: extensions that nobody
/// knows, and messages that are no messages.
package struct PFKeyDump: Sendable {
    /// Whether the bytes of keys are shown; else `<hidden>` stands for them.
    package var showsKeys: Bool

    package init(showsKeys: Bool = false) {
        self.showsKeys = showsKeys
    }

    /// Appends the message and the blank line that ends it.
    package func append(_ datagram: Span<UInt8>, to text: inout [UInt8]) {
        var reader = WireReader(datagram)
        do throws(WireError) {
            try Self.appendHeader(from: &reader, to: &text)
            while reader.remaining > 0 {
                var ahead = reader
                try Self.appendExtensionHeader(from: &ahead, to: &text)
                var next = try PFKeyExtensionReader(from: &reader)
                appendBody(&next, to: &text)
            }
        } catch {
            Self.append(error, to: &text)
        }
        text.append("\n")
    }

    /// The message as people are shown it.
    func form(of datagram: Span<UInt8>) -> ShownMessage.Form {
        var text: [UInt8] = []
        append(datagram, to: &text)
        var digits: [UInt8] = []
        digits.reserveCapacity(datagram.count * 2)
        func appendDigits(_ bytes: Span<UInt8>) {
            for index in bytes.indices { digits.append(hexadecimal: bytes[index], width: 2) }
        }
        if showsKeys { appendDigits(datagram) } else { appendDigits(Self.maskingKeys(in: datagram).span) }
        return ShownMessage.Form(text: text, digits: String(decoding: digits, as: UTF8.self))
    }

    private static func appendHeader(from reader: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        let raw = try reader.read(sadb_msg.self)
        text.append("sadb_msg{")
        text.append(" version=", decimal: raw.sadb_msg_version)
        text.append(" type=", decimal: raw.sadb_msg_type)
        text.append(" errno=", decimal: raw.sadb_msg_errno)
        text.append(" satype=", decimal: raw.sadb_msg_satype)
        text.append("\n  len=", decimal: raw.sadb_msg_len)
        text.append(" reserved=", decimal: raw.sadb_msg_reserved)
        text.append(" seq=", decimal: raw.sadb_msg_seq)
        text.append(" pid=", decimal: raw.sadb_msg_pid)
        text.append("\n")
    }

    private static func appendExtensionHeader(
        from reader: inout WireReader, to text: inout [UInt8]
    ) throws(WireError) {
        let raw = try reader.read(sadb_ext.self)
        text.append("sadb_ext{")
        text.append(" len=", decimal: raw.sadb_ext_len)
        text.append(" type=", decimal: raw.sadb_ext_type)
        text.append(" }\n")
    }

    /// A body that does not hold what its type says ends in a remark; the next extension follows all the same.
    private func appendBody(_ next: inout PFKeyExtensionReader, to text: inout [UInt8]) {
        guard let row = next.type.row else { return }
        do throws(WireError) {
            text.append(row.name)
            text.append("{")
            try appendFields(row.layout, from: &next.body, to: &text)
        } catch {
            text.append("\n")
            Self.append(error, to: &text)
        }
    }

    private static func append(_ error: WireError, to text: inout [UInt8]) {
        text.append("  malformed: ")
        text.append(contentsOf: error.description.utf8)
        text.append("\n")
    }

    private func appendFields(
        _ layout: PFKeyExtension.Layout, from body: inout WireReader, to text: inout [UInt8]
    ) throws(WireError) {
        switch layout {
        case .association: try Self.appendAssociation(from: &body, to: &text)
        case .lifetime: try Self.appendLifetime(from: &body, to: &text)
        case .address: try Self.appendAddress(from: &body, to: &text)
        case .key: try appendKey(from: &body, to: &text)
        case .identity: try Self.appendIdentity(from: &body, to: &text)
        case .sensitivity: try Self.appendSensitivity(from: &body, to: &text)
        case .proposal: try Self.appendProposal(from: &body, to: &text)
        case .supported: try Self.appendSupported(from: &body, to: &text)
        case .spiRange: try Self.appendSPIRange(from: &body, to: &text)
        case .keyManagerPrivate: try Self.appendPrivate(from: &body, to: &text)
        case .policy: try Self.appendPolicy(from: &body, to: &text)
        case .association2: try Self.appendAssociation2(from: &body, to: &text)
        case .natType: try Self.appendNATType(from: &body, to: &text)
        case .natPort: try Self.appendNATPort(from: &body, to: &text)
        case .securityContext: try Self.appendSecurityContext(from: &body, to: &text)
        case .keyManagerAddress: try Self.appendKeyManagerAddress(from: &body, to: &text)
        case .filter: try Self.appendFilter(from: &body, to: &text)
        }
    }

    private func appendKey(from body: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        let start = body.offset
        let raw = try body.read(sadb_key.self)
        text.append(" bits=", decimal: raw.sadb_key_bits)
        text.append(" reserved=", decimal: raw.sadb_key_reserved)
        text.append("\n  key=")
        let byteCount = (Int(raw.sadb_key_bits) + 7) / 8
        guard byteCount <= body.remaining else { throw WireError(.keyBits(raw.sadb_key_bits), at: start) }
        if showsKeys {
            try text.append(hexadecimalRowsOf: byteCount, from: &body)
        } else {
            text.append(" <hidden>")
        }
        text.append(" }\n")
    }

    /// A copy of `datagram` with every byte of key material zero, for dumps in hexadecimal.
    ///
    /// What cannot be told apart is zero as well: all that follows a malformed extension, and what a PROMISC message
    /// wraps.
    package static func maskingKeys(in datagram: Span<UInt8>) -> [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(datagram.count)
        var reader = WireReader(datagram)
        try? copyWithoutKeys(from: &reader, isPromiscuous: isPromiscuous(datagram), to: &copy)
        copy.append(contentsOf: repeatElement(0, count: datagram.count - copy.count))
        return copy
    }

    private static func isPromiscuous(_ datagram: Span<UInt8>) -> Bool {
        PFKeyHeader(ofDatagram: datagram)?.type == .promiscuous
    }

    private static func copyWithoutKeys(
        from reader: inout WireReader, isPromiscuous: Bool, to copy: inout [UInt8]
    ) throws(WireError) {
        try copy.append(from: &reader, byteCount: PFKeyHeader.byteCount)
        while reader.remaining > 0, !isPromiscuous {
            var next = try PFKeyExtensionReader(from: &reader)
            let byteCount = next.body.remaining
            if case .key? = next.layout {
                try copy.append(from: &next.body, byteCount: MemoryLayout<sadb_key>.size)
                copy.append(contentsOf: repeatElement(0, count: next.body.remaining))
            } else {
                try copy.append(from: &next.body, byteCount: byteCount)
            }
        }
    }
}
