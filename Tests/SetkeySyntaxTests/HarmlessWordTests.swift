import Testing

@testable import SetkeySyntax

struct HarmlessWordTests {
    private func word(_ text: String) -> HarmlessWord? { HarmlessWord(Array(text.utf8)[...]) }

    @Test(arguments: [
        ("aes-cbc", "aes-cbc"), ("aes-cbs", "aes-cbc"), ("tunnnel", "tunnel"), ("SPDADD", "spdadd"),
        ("udate", "update"),
        ("hmac(sha1)", "hmac(sha1)"), ("rfc4106(gcm(aes))", "rfc4106(gcm(aes))"), ("hmac-hsa256", "hmac-sha256"),
    ])
    func aWordOfTheLanguageOrASlipOfOneIsHarmless(_ text: String, _ known: String) {
        #expect(word(text)?.known == known)
        #expect(word(text)?.text == text)
    }

    /// Also what differs from a word by more than a slip, and digits that spell one.
    @Test(arguments: [
        "SECRET", "passwordpassword", "aes-cbc0x0011", "aes-cbcSECRET", "dead", "addd", "0x00112233", "00112233",
        "add=", "a", "tunnel\n", "10.0.0.1", "secret-aes", "user", "",
    ])
    func whatMayBeAKeyIsNotHarmless(_ text: String) {
        #expect(word(text) == nil)
    }
}
