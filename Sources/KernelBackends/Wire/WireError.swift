/// Why bytes are not a message, or a value is not expressible in bytes: the broken rule and where.
///
/// Carries numbers of the framing alone, never bytes of the message, which may be keys.
package struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is broken.
    package let rule: Rule
    /// Where, in bytes from the start of the message.
    package let offset: Int

    package init(_ rule: Rule, at offset: Int) {
        self.rule = rule
        self.offset = offset
    }

    /// The rules of the wire, in the order in which a reader meets them.
    package enum Rule: Hashable, Sendable {
        /// `needed` bytes are wanted where `available` are left.
        case truncated(needed: Int, available: Int)
        /// `sadb_msg_version` is not `PF_KEY_V2`.
        case version(UInt8)
        /// `sadb_msg_len`, in bytes, is not what the datagram has.
        case messageLength(stated: Int, actual: Int)
        /// An extension's length is zero, below its type's minimum, beyond the message, or not that of its content.
        case extensionLength(type: UInt16, words: UInt16)
        /// `SADB_EXT_RESERVED` is no extension.
        case reservedExtension
        /// An extension occurs a second time.
        case duplicateExtension(type: UInt16)
        /// The message type needs an extension that is not there.
        case missingExtension(type: UInt16)
        /// Neither `AF_INET` nor `AF_INET6`.
        case addressFamily(UInt16)
        /// Two families where one is wanted.
        case mixedFamilies
        /// Longer than the address.
        case prefixLength(UInt8)
        /// `sadb_key_bits` asks for more bytes than the extension has.
        case keyBits(UInt16)
        /// `sadb_x_ipsecrequest_len`, in bytes, does not fit.
        case requestLength(UInt16)
        /// An attribute's length is below that of its header, or beyond the message.
        case attributeLength(type: UInt16, byteCount: UInt16)
        /// The message type needs an attribute that is not there.
        case missingAttribute(type: UInt16)
        /// A key is longer than its attribute.
        case xfrmKeyBits(UInt32)
        /// A number outside the set that its field has.
        case value(field: String, UInt32)
        /// A length field cannot hold so much.
        case tooLong
        /// The interface has no such message.
        case noSuchMessage
    }

    package var description: String { "byte \(offset): \(rule)" }
}

extension WireError.Rule: CustomStringConvertible {
    /// The broken rule as a phrase.
    package var description: String {
        switch self {
        case .truncated(let needed, let available): "\(needed) bytes wanted, \(available) left"
        case .version(let version): "PF_KEY version \(version), not 2"
        case .messageLength(let stated, let actual): "the header says \(stated) bytes, the datagram has \(actual)"
        case .extensionLength(let type, let words): "extension \(name(type)) cannot be \(words) words long"
        case .reservedExtension: "extension type 0"
        case .duplicateExtension(let type): "extension \(name(type)) occurs twice"
        case .missingExtension(let type): "extension \(name(type)) is missing"
        case .addressFamily(let family): "address family \(family)"
        case .mixedFamilies: "IPv4 and IPv6 addresses together"
        case .prefixLength(let length): "prefix length \(length)"
        case .keyBits(let bits): "a key of \(bits) bits does not fit its extension"
        case .requestLength(let length): "a policy request cannot be \(length) bytes long"
        case .attributeLength(let type, let byteCount): "attribute \(type) cannot be \(byteCount) bytes long"
        case .missingAttribute(let type): "attribute \(type) is missing"
        case .xfrmKeyBits(let bits): "a key of \(bits) bits does not fit its attribute"
        case .value(let field, let number): "\(field) cannot be \(number)"
        case .tooLong: "too long for its length field"
        case .noSuchMessage: "there is no such message"
        }
    }

    private func name(_ type: UInt16) -> String {
        PFKeyExtensionType(rawValue: type).row.map { "\($0.name)" } ?? "\(type)"
    }
}
