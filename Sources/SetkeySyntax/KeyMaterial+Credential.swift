import IPsec
import TextBytes

extension KeyMaterial {
    /// The contents of a credential as a key.
    ///
    /// Hexadecimal text, with or without `0x` and a line end, is decoded; bytes that are not all printable are the key
    /// itself. So is other text, but what is nearly hexadecimal or ends with a line end is refused: it would be a key,
    /// and not the one that was meant. Random bytes never look like text of a key's length.
    func decodedCredential(_ name: String) throws(CredentialError) -> KeyMaterial {
        try withBytes { bytes throws(CredentialError) in
            var end = bytes.count
            while end > 0, bytes[end - 1] == 10 || bytes[end - 1] == 13 || bytes[end - 1] == 32 { end -= 1 }
            let hasPrefix = end >= 2 && bytes[0] == 48 && bytes[1] | 0x20 == 120
            let digits = bytes.extracting((hasPrefix ? 2 : 0)..<end)
            if !digits.isEmpty, digits.count % 2 == 0, digits.areHexadecimalDigits {
                return KeyMaterial(byteCount: digits.count / 2) { digits.decodeHexadecimalDigits(to: &$0) }
            }
            guard Self.isPrintable(bytes.extracting(first: end)) else { return self }
            guard !hasPrefix, 2 * Self.digitCount(in: digits) <= digits.count else {
                throw CredentialError(
                    "the credential \(name) is nearly, but not quite, hexadecimal",
                    advice: "write two digits for each byte of the key, without blanks; or the bytes themselves")
            }
            guard end == bytes.count else {
                throw CredentialError(
                    "the credential \(name) is text that ends with blanks or a line end",
                    advice: "write it without them, for example with printf %s, or in hexadecimal")
            }
            return self
        }
    }

    private static func isPrintable(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where !(32...126).contains(text[index]) && text[index] != 9 && text[index] != 10 {
            return false
        }
        return !text.isEmpty
    }

    private static func digitCount(in text: Span<UInt8>) -> Int {
        var count = 0
        for index in text.indices where text[index].hexadecimalDigitValue != nil { count += 1 }
        return count
    }
}
