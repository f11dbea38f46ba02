import IPsec
import SetkeySyntax
import Testing

/// What a credential's contents are as a key.
struct CredentialTests {
    private func parsed(_ content: String, _ statement: String = "add ::1 ::2 esp 256 -E aes-cbc @x ;") -> Parsed {
        let key = KeyMaterial(Array(content.utf8))
        return Parsed(statement, ParserOptions(credentials: .lookup { _ in key }))
    }

    private func key(_ content: String) -> KeyMaterial? {
        guard case .add(let association) = parsed(content).kinds.first else { return nil }
        return association.encryptionKey
    }

    @Test(arguments: [
        "000102030405060708090a0b0c0d0e0f", "0x000102030405060708090A0B0C0D0E0F\n",
        "000102030405060708090a0b0c0d0e0f\r\n",
    ])
    func hexadecimalTextIsDecoded(_ content: String) {
        #expect(key(content) == KeyMaterial(Array(0..<16)))
    }

    @Test(arguments: ["0123456\u{0}89abcdef", "some pass phrase", "QUJDREVGR0hJSktM"])
    func anythingElseIsTheKeyItself(_ content: String) {
        #expect(key(content) == KeyMaterial(Array(content.utf8)))
    }

    @Test(arguments: [
        "000102030405060708090a0b0c0d0e0g", "00010203 04050607 08090a0b 0c0d0e0f", "00:01:02:03:04:05:06:07",
        "0x00010203040506 08090a0b0c0d0e0f", "000102030405060708090a0b0c0d0e0",
    ])
    func whatIsNearlyHexadecimalIsRefused(_ content: String) {
        #expect(parsed(content).headlines.first?.contains("nearly, but not quite, hexadecimal") == true)
    }

    @Test func theLineEndOfATextIsNotMadePartOfTheKey() {
        #expect(parsed("pass phrase 567\n").headlines.first?.contains("ends with blanks or a line end") == true)
    }

    /// The word may be the beginning of a key whose opening quote is missing.
    @Test func aNameNextToALooseQuoteIsNotRepeated() {
        let parsed = parsed("", "add ::1 ::2 esp 256 -E aes-cbc @SECRET SECRET\" ;")
        let output = parsed.diagnostics.map(parsed.source.render).joined()
        #expect(!parsed.diagnostics.isEmpty && !output.contains("SECRET"))
    }
}
