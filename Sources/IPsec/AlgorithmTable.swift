import TextBytes

extension Algorithm {
    /// Every algorithm that the language ever named, or that Linux names today (kernel-facts 5, language 1.6, 1.7, 1.8).
    package static let table: [Algorithm] = (encryption + combined + integrity + compression).enumerated().map {
        $0.element.placed(at: $0.offset)
    }

    private static let aesKeys = KeyLengths(from: 128, through: 256, by: 64)
    /// An AES key and a 32-bit nonce or salt.
    private static let aesAndSaltKeys = KeyLengths(from: 160, through: 288, by: 64)
    /// An AES key and the 24-bit salt of RFC 4309.
    private static let aesAndCCMSaltKeys = KeyLengths(from: 152, through: 280, by: 64)

    private static let encryption: [Algorithm] = [
        Algorithm(.encryption, "null", ["simple"], number: 11, xfrm: "ecb(cipher_null)", wireshark: "NULL"),
        Algorithm(
            .encryption, "des-cbc", foreign: ["des"], number: 2, keys: .init(exactly: 64), xfrm: "cbc(des)",
            wireshark: "DES-CBC [RFC2405]"),
        Algorithm(
            .encryption, "3des-cbc", foreign: ["3des", "des3", "des-ede3-cbc"], number: 3, keys: .init(exactly: 192),
            xfrm: "cbc(des3_ede)", wireshark: "TripleDES-CBC [RFC2451]"),
        Algorithm(
            .encryption, "cast128-cbc", foreign: ["cast128"], number: 6, keys: .init(from: 40, through: 128, by: 8),
            xfrm: "cbc(cast5)", wireshark: "CAST5-CBC [RFC2144]"),
        Algorithm(
            .encryption, "blowfish-cbc", foreign: ["blowfish"], number: 7, keys: .init(from: 40, through: 448, by: 8),
            xfrm: "cbc(blowfish)", wireshark: "BLOWFISH-CBC [RFC2451]"),
        Algorithm(
            .encryption, "aes-cbc", ["rijndael-cbc"],
            foreign: [
                "aes", "aes128", "aes192", "aes256", "aes-128", "aes-192", "aes-256", "aes-128-cbc", "aes-192-cbc",
                "aes-256-cbc",
            ], number: 12, keys: aesKeys, xfrm: "cbc(aes)", wireshark: "AES-CBC [RFC3602]"),
        Algorithm(
            .encryption, "aes-ctr", number: 13, keys: aesAndSaltKeys, xfrm: "rfc3686(ctr(aes))",
            wireshark: "AES-CTR [RFC3686]"),
        Algorithm(.encryption, "camellia-cbc", foreign: ["camellia"], number: 22, keys: aesKeys, xfrm: "cbc(camellia)"),
        Algorithm(.encryption, "serpent-cbc", foreign: ["serpent"], number: 252, keys: aesKeys, xfrm: "cbc(serpent)"),
        Algorithm(
            .encryption, "twofish-cbc", foreign: ["twofish"], number: 253, keys: aesKeys, xfrm: "cbc(twofish)",
            wireshark: "TWOFISH-CBC"),
        Algorithm(.encryption, "sm4-cbc", number: 24, keys: .init(exactly: 128), xfrm: "cbc(sm4)", on: .xfrmOnly),
        Algorithm(.encryption, "des-deriv", number: 0x110, keys: .init(exactly: 64), on: .none),
        Algorithm(.encryption, "3des-deriv", number: 0x111, keys: .init(exactly: 192), on: .none),
        Algorithm(.encryption, "des-32iv", number: 0x112, keys: .init(exactly: 64), on: .none),
    ]

    private static let combined: [Algorithm] = [
        Algorithm(
            .combined, "aes-ccm-8", number: 14, keys: aesAndCCMSaltKeys, icv: 64, xfrm: "rfc4309(ccm(aes))",
            on: .xfrmOnly),
        Algorithm(
            .combined, "aes-ccm-12", number: 15, keys: aesAndCCMSaltKeys, icv: 96, xfrm: "rfc4309(ccm(aes))",
            on: .xfrmOnly),
        Algorithm(
            .combined, "aes-ccm-16", foreign: ["aes-ccm"], number: 16, keys: aesAndCCMSaltKeys, icv: 128,
            xfrm: "rfc4309(ccm(aes))",
            on: .xfrmOnly),
        Algorithm(
            .combined, "aes-gcm-8", number: 18, keys: aesAndSaltKeys, icv: 64, xfrm: "rfc4106(gcm(aes))",
            wireshark: "AES-GCM with 8 octet ICV [RFC4106]", on: .xfrmOnly),
        Algorithm(
            .combined, "aes-gcm-12", number: 19, keys: aesAndSaltKeys, icv: 96, xfrm: "rfc4106(gcm(aes))",
            wireshark: "AES-GCM with 12 octet ICV [RFC4106]", on: .xfrmOnly
        ),
        Algorithm(
            .combined, "aes-gcm-16", foreign: ["aes-gcm"], number: 20, keys: aesAndSaltKeys, icv: 128,
            xfrm: "rfc4106(gcm(aes))", wireshark: "AES-GCM with 16 octet ICV [RFC4106]",
            on: .xfrmOnly),
        Algorithm(
            .combined, "aes-gmac", number: 23, keys: aesAndSaltKeys, icv: 128, xfrm: "rfc4543(gcm(aes))", on: .xfrmOnly),
        Algorithm(
            .combined, "chacha20-poly1305", foreign: ["chacha20"], number: 0x100, keys: .init(exactly: 288), icv: 128,
            xfrm: "rfc7539esp(chacha20,poly1305)", wireshark: "ChaCha20 with Poly1305 [RFC7634]", on: .xfrmOnly),
    ]

    private static let integrity: [Algorithm] = [
        Algorithm(.integrity, "null", number: 251, xfrm: "digest_null", wireshark: "NULL"),
        Algorithm(
            .integrity, "hmac-md5", foreign: ["md5", "hmac-md5-96"], number: 2, keys: .init(exactly: 128), icv: 96,
            xfrm: "hmac(md5)", wireshark: "HMAC-MD5-96 [RFC2403]"),
        Algorithm(
            .integrity, "hmac-sha1", foreign: ["sha1", "sha-1", "hmac-sha-1", "hmac-sha-1-96", "hmac-sha1-96"],
            number: 3, keys: .init(exactly: 160), icv: 96, xfrm: "hmac(sha1)", wireshark: "HMAC-SHA-1-96 [RFC2404]"),
        Algorithm(
            .integrity, "hmac-sha256", ["hmac-sha2-256"], foreign: ["sha256", "sha-256", "sha2-256", "hmac-sha-256"],
            number: 5, keys: .init(exactly: 256), icv: 96,
            xfrm: "hmac(sha256)", wireshark: "HMAC-SHA-256-96 [draft-ietf-ipsec-ciph-sha-256-00]"),
        Algorithm(
            .integrity, "hmac-sha384", ["hmac-sha2-384"], foreign: ["sha384", "sha-384", "sha2-384", "hmac-sha-384"],
            number: 6, keys: .init(exactly: 384), icv: 192,
            xfrm: "hmac(sha384)", wireshark: "HMAC-SHA-384-192 [RFC4868]"),
        Algorithm(
            .integrity, "hmac-sha512", ["hmac-sha2-512"], foreign: ["sha512", "sha-512", "sha2-512", "hmac-sha-512"],
            number: 7, keys: .init(exactly: 512), icv: 256,
            xfrm: "hmac(sha512)", wireshark: "HMAC-SHA-512-256 [RFC4868]"),
        Algorithm(
            .integrity, "hmac-ripemd160", foreign: ["ripemd160"], number: 8, keys: .init(exactly: 160), icv: 96,
            xfrm: "hmac(rmd160)", wireshark: "MAC-RIPEMD-160-96 [RFC2857]"),
        Algorithm(.integrity, "aes-xcbc-mac", number: 9, keys: .init(exactly: 128), icv: 96, xfrm: "xcbc(aes)"),
        Algorithm(
            .integrity, "hmac-sm3", number: 10, keys: .init(exactly: 256), icv: 256, xfrm: "hmac(sm3)", on: .xfrmOnly),
        Algorithm(
            .integrity, "hmac-sha256-128", number: 0x101, keys: .init(exactly: 256), icv: 128, xfrm: "hmac(sha256)",
            wireshark: "HMAC-SHA-256-128 [RFC4868]",
            on: .xfrmOnly),
        Algorithm(
            .integrity, "aes-cmac", number: 0x102, keys: .init(exactly: 128), icv: 96, xfrm: "cmac(aes)", on: .xfrmOnly),
        Algorithm(.integrity, "keyed-md5", number: 0x110, keys: .init(exactly: 128), on: .none),
        Algorithm(.integrity, "keyed-sha1", number: 0x111, keys: .init(exactly: 160), on: .none),
        Algorithm(.integrity, "tcp-md5", number: 0x112, keys: .init(from: 8, through: 640, by: 8), on: .none),
    ]

    private static let compression: [Algorithm] = [
        Algorithm(.compression, "deflate", number: 2, xfrm: "deflate"),
        Algorithm(.compression, "oui", number: 1, on: .none),
        Algorithm(.compression, "lzs", number: 3, on: .none),
        Algorithm(.compression, "lzjh", number: 4, on: .none),
    ]

    // MARK: Rows by number

    static let encryptionRows = rowsByNumber(.encryption, .combined)
    static let integrityRows = rowsByNumber(.integrity)
    static let compressionRows = rowsByNumber(.compression)

    private static func rowsByNumber(_ kinds: Kind...) -> [Algorithm?] {
        var byNumber = [Algorithm?](repeating: nil, count: 0x120)
        for row in table where kinds.contains(row.kind) { byNumber[Int(row.number)] = row }
        return byNumber
    }

    /// The name of a row; without one the number, as in ipsec-tools.
    static func name(of row: Algorithm?, _ number: UInt16) -> String {
        row?.name ?? (number == 0 ? "none" : "\(number)")
    }

    /// Appends the same.
    static func appendName(in rows: [Algorithm?], _ number: UInt16, to output: inout OutputSpan<UInt8>) {
        if Int(number) < rows.count, let word = rows[Int(number)]?.word { return output.append(word) }
        output.append(utf8: name(of: nil, number))
    }

    static func row(in rows: [Algorithm?], _ number: UInt16) -> Algorithm? {
        Int(number) < rows.count ? rows[Int(number)] : nil
    }
}
