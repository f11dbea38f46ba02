internal import CLinux
internal import IPsec

/// Which algorithms and keys the kernel takes by name (xfrm-facts 3.1), with what it says of those that it does not.
enum SimulatedXFRMCrypto {
    /// Checks the algorithms of an SA.
    ///
    /// - Returns: their attributes as the kernel keeps them: under their canonical names, with the length of the ICV.
    static func check(
        _ attributes: XFRMAttributes, _ ipsecProtocol: IPsecProtocol
    ) throws(XFRMRefusal) -> [UInt16: [UInt8]] {
        var kept: [UInt16: [UInt8]] = [:]
        if let content = attributes[.algorithmCombined] {
            kept[XFRMAttributeType.algorithmCombined.rawValue] = try combined(content)
        }
        if let content = attributes[.algorithmAuthenticationTruncated] {
            kept[XFRMAttributeType.algorithmAuthenticationTruncated.rawValue] = try integrity(content)
        } else if let content = attributes[.algorithmAuthentication] {
            var long = content
            long.insert(contentsOf: [0, 0, 0, 0], at: 68)
            kept[XFRMAttributeType.algorithmAuthenticationTruncated.rawValue] = try integrity(long)
        }
        if let content = attributes[.algorithmEncryption] {
            kept[XFRMAttributeType.algorithmEncryption.rawValue] = try cipher(content)
        }
        if let content = attributes[.algorithmCompression] {
            guard row(.compression, content) != nil else {
                throw XFRMRefusal(.noFunction, "Requested COMP algorithm not found")
            }
            // The key is dropped.
            kept[XFRMAttributeType.algorithmCompression.rawValue] = Array(content.prefix(64)) + [0, 0, 0, 0]
        }
        return kept
    }

    private static func combined(_ content: [UInt8]) throws(XFRMRefusal) -> [UInt8] {
        let content = try cut(content, from: 72, "Invalid AEAD key length")
        let icvBits = XFRMAttributes.number(content, at: 68)
        let rows = Algorithm.table.filter { $0.kind == .combined && $0.xfrmName == name(content) }
        guard let row = rows.first(where: { UInt32($0.icvBits) == icvBits }) else {
            throw XFRMRefusal(.noFunction, "Requested AEAD algorithm not found")
        }
        guard row.keyLengths.contains(wholeBits(content)) else {
            throw .invalid("Kernel was unable to initialize cryptographic operations")
        }
        return content
    }

    private static func integrity(_ content: [UInt8]) throws(XFRMRefusal) -> [UInt8] {
        var content = try cut(content, from: 72, "Invalid AUTH_TRUNC key length")
        guard let row = row(.integrity, content) else {
            throw XFRMRefusal(.noFunction, "Requested AUTH_TRUNC algorithm not found")
        }
        rename(&content, row)
        let icvBits = XFRMAttributes.number(content, at: 68)
        guard icvBits <= digestBits[row.xfrmName] ?? 256 else {
            throw .invalid("Requested ICV length is larger than the digest's")
        }
        if icvBits == 0 {
            content.replaceSubrange(68..<72, with: le(UInt32(row.icvBits)))
        }
        if row.xfrmName == "xcbc(aes)" || row.xfrmName == "cmac(aes)" {
            let aes = EncryptionAlgorithm(rawValue: UInt16(SADB_X_EALG_AESCBC)).row
            guard aes?.keyLengths.contains(wholeBits(content)) == true else {
                throw .invalid("Kernel was unable to initialize cryptographic operations")
            }
        }
        return content
    }

    private static func cipher(_ content: [UInt8]) throws(XFRMRefusal) -> [UInt8] {
        var content = try cut(content, from: 68, "Invalid CRYPT key length")
        guard let row = row(.encryption, content) else {
            throw XFRMRefusal(.noFunction, "Requested CRYPT algorithm not found")
        }
        rename(&content, row)
        guard row.keyLengths.contains(wholeBits(content)) else { throw XFRMRefusal(.invalidArgument) }
        return content
    }

    // MARK: Names

    /// How long the whole digest is, in bits.
    private static let digestBits: [String: UInt32] = [
        "digest_null": 0, "hmac(md5)": 128, "hmac(sha1)": 160, "hmac(sha256)": 256, "hmac(sha384)": 384,
        "hmac(sha512)": 512, "hmac(rmd160)": 160, "xcbc(aes)": 128, "cmac(aes)": 128,
    ]

    /// Names that the kernel takes and tells otherwise.
    private static let aliases: [String: String] = [
        "md5": "hmac(md5)", "sha1": "hmac(sha1)", "sha256": "hmac(sha256)", "sha384": "hmac(sha384)",
        "sha512": "hmac(sha512)", "rmd160": "hmac(rmd160)", "cipher_null": "ecb(cipher_null)", "des": "cbc(des)",
        "des3_ede": "cbc(des3_ede)", "cast5": "cbc(cast5)", "blowfish": "cbc(blowfish)", "aes": "cbc(aes)",
        "serpent": "cbc(serpent)", "camellia": "cbc(camellia)", "twofish": "cbc(twofish)",
    ]

    /// The first row of that name, which has the kernel's own length of the ICV; those of the Chinese standards are not
    /// built in Debian's kernels.
    private static func row(_ kind: Algorithm.Kind, _ content: [UInt8]) -> Algorithm? {
        let name = name(content)
        guard !name.contains("sm3"), !name.contains("sm4") else { return nil }
        return Algorithm.table.first {
            $0.kind == kind && $0.xfrmName == aliases[name] ?? name && $0.interfaces != .none
        }
    }

    /// Up to the first zero.
    private static func name(_ content: [UInt8]) -> String {
        String(decoding: content.prefix(64).prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Writes the canonical name over the beginning, as strcpy(3) does: what stands behind it stays.
    private static func rename(_ content: inout [UInt8], _ row: Algorithm) {
        let bytes = Array(row.xfrmName.utf8) + [0]
        content.replaceSubrange(0..<bytes.count, with: bytes)
    }

    /// The number that PF_KEY has for the name; 0 for an algorithm that it has none for.
    static func number(_ kind: Algorithm.Kind, _ content: [UInt8]) -> UInt8 {
        guard let row = row(kind, content), row.interfaces == .all else { return 0 }
        return UInt8(truncatingIfNeeded: row.number)
    }

    // MARK: Keys

    /// The length of the key in bits, rounded up to bytes.
    private static func wholeBits(_ content: [UInt8]) -> Int {
        (Int(XFRMAttributes.number(content, at: 64)) + 7) / 8 * 8
    }

    /// What the attribute's own length says is there.
    private static func cut(
        _ content: [UInt8], from start: Int, _ words: StaticString
    ) throws(XFRMRefusal) -> [UInt8] {
        let byteCount = start + wholeBits(content) / 8
        guard content.count >= byteCount else { throw .invalid(words) }
        return Array(content.prefix(byteCount))
    }

    /// The key that begins there, as PF_KEY has it.
    static func key(_ content: [UInt8], from start: Int) -> PFKeyKey? {
        guard content.count > start else { return nil }
        return try? PFKeyKey(KeyMaterial(content[start...]))
    }

    private static func le(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) }
    }
}
