internal import CLinux
internal import IPsec
internal import TextBytes

/// The text form of one raw message, as `setkey -x` shows it: the header, the message's own struct and each attribute,
/// with their bytes.
struct XFRMDump: Sendable {
    /// Whether the bytes of keys are shown; else `<hidden>` stands for them.
    let showsKeys: Bool

    /// The message as people are shown it.
    func form(of message: Span<UInt8>) -> ShownMessage.Form {
        var text: [UInt8] = []
        append(message, to: &text)
        var digits: [UInt8] = []
        let shown = showsKeys ? Self.copy(of: message) : Self.maskingKeys(in: message)
        for byte in shown { digits.append(hexadecimal: byte, width: 2) }
        return ShownMessage.Form(text: text, digits: String(decoding: digits, as: UTF8.self))
    }

    // MARK: Text

    /// Appends the message and the blank line that ends it.
    private func append(_ message: Span<UInt8>, to text: inout [UInt8]) {
        var reader = WireReader(message)
        do throws(WireError) {
            let header = try NetlinkHeader(from: &reader)
            Self.append(header, byteCount: message.count, to: &text)
            guard let byteCount = header.type.structByteCount else {
                text.append("  bytes=", decimal: reader.remaining)
                return text.append("\n\n")
            }
            var body = try reader.slice(byteCount: min(byteCount, reader.remaining))
            if body.remaining > 0 { try Self.appendRows(&body, to: &text) }
            if reader.remaining > 0 { try reader.skip(min(-reader.offset & 3, reader.remaining)) }
            if header.type.hasAttributes {
                try reader.forEachAttribute { type, content throws(WireError) in
                    try append(type, &content, to: &text)
                }
            }
        } catch {
            text.append("  malformed: ")
            text.append(contentsOf: error.description.utf8)
            text.append("\n")
        }
        text.append("\n")
    }

    private static func append(_ header: NetlinkHeader, byteCount: Int, to text: inout [UInt8]) {
        text.append("nlmsghdr{ len=", decimal: byteCount)
        text.append(" type=", decimal: header.type.rawValue)
        if let name = header.type.name {
            text.append("(")
            text.append(name)
            text.append(")")
        }
        text.append(" flags=0x", hexadecimal: header.flags.rawValue, width: 4)
        text.append("\n  seq=", decimal: header.sequence)
        text.append(" pid=", decimal: header.portID)
        text.append(" }\n")
    }

    private func append(
        _ type: XFRMAttributeType, _ content: inout WireReader, to text: inout [UInt8]
    ) throws(WireError) {
        text.append("nlattr{ len=", decimal: content.remaining + 4)
        text.append(" type=", decimal: type.rawValue)
        text.append(" }\n")
        guard !showsKeys, let keyOffset = type.keyOffset else { return try Self.appendRows(&content, to: &text) }
        var beginning = try content.slice(byteCount: min(keyOffset, content.remaining))
        try Self.appendRows(&beginning, to: &text)
        if content.remaining > 0 { text.append("  key= <hidden>\n") }
    }

    private static func appendRows(_ reader: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        text.append(" ")
        try text.append(hexadecimalRowsOf: reader.remaining, from: &reader)
        text.append("\n")
    }

    // MARK: Bytes

    private static func copy(of message: Span<UInt8>) -> [UInt8] {
        var reader = WireReader(message)
        return (try? reader.readBytes(message.count)) ?? []
    }

    /// A copy of `message` with every byte of key material zero; what cannot be told apart is zero as well.
    static func maskingKeys(in message: Span<UInt8>) -> [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(message.count)
        var reader = WireReader(message)
        try? copyWithoutKeys(from: &reader, to: &copy)
        copy.append(contentsOf: repeatElement(0, count: message.count - copy.count))
        return copy
    }

    private static func copyWithoutKeys(from reader: inout WireReader, to copy: inout [UInt8]) throws(WireError) {
        var ahead = reader
        try copy.append(from: &reader, byteCount: NetlinkHeader.byteCount)
        let type = try NetlinkHeader(from: &ahead).type
        guard let byteCount = type.structByteCount else { return }
        let aligned = (byteCount + 3) & ~3
        try copy.append(from: &reader, byteCount: min(aligned, reader.remaining))
        guard type.hasAttributes else { return }
        while reader.remaining >= 4 {
            var ahead = reader
            let length = Int(try ahead.read(UInt16.self))
            let type = XFRMAttributeType(rawValue: try ahead.read(UInt16.self))
            guard length >= 4, length <= reader.remaining else { return }
            let shown = min(type.keyOffset.map { $0 + 4 } ?? length, length)
            try copy.append(from: &reader, byteCount: shown)
            let hidden = min((length + 3) & ~3, reader.remaining + shown) - shown
            try reader.skip(hidden)
            copy.append(contentsOf: repeatElement(0, count: hidden))
        }
    }
}

extension XFRMAttributeType {
    /// Where the key of an algorithm begins in its attribute; `nil` for an attribute without a key.
    fileprivate var keyOffset: Int? {
        switch self {
        case .algorithmAuthentication, .algorithmEncryption, .algorithmCompression: 68
        case .algorithmAuthenticationTruncated, .algorithmCombined: 72
        default: nil
        }
    }
}

extension XFRMMessageType {
    /// How many bytes stand between the header and the attributes; `nil` for a message of which that is not known.
    fileprivate var structByteCount: Int? {
        switch self {
        // An errno, and the header of the request: what may follow is the request itself.
        case .error: 4 + NetlinkHeader.byteCount
        case .done, .newSPDInformation, .getSPDInformation, .setDefaults, .getDefaults: 4
        case .noOperation, .flushPolicies: 0
        case .newSA, .updateSA: 224
        case .deleteSA, .getSA: 24
        case .expire, .allocateSPI: 232
        case .flushSAs: 1
        case .newPolicy, .updatePolicy: 168
        case .deletePolicy, .getPolicy, .mapping, .migrate: 64
        case .policyExpire: 176
        case .acquire: 280
        default: nil
        }
    }

    /// Whether attributes of XFRM follow.
    fileprivate var hasAttributes: Bool { self != .error && self != .done && self != .noOperation }
}
