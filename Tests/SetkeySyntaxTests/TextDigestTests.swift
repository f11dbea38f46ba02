import Testing

@testable import SetkeySyntax

struct TextDigestTests {
    // A span cannot go through the macro.
    private func digest(_ bytes: [UInt8]) -> TextDigest { TextDigest(bytes.span) }

    /// All lengths around some steps of the hash, and a difference at every place.
    @Test func equalTextsHaveEqualDigestsAndOthersHaveNot() {
        for count in 0..<40 {
            let bytes = (0..<UInt8(count)).map { $0 }
            #expect(digest(bytes) == digest(bytes))
            #expect(digest(bytes) != digest(bytes + [0]))
            #expect(digest(bytes) != digest([0] + bytes))
            for place in 0..<count {
                var other = bytes
                other[place] ^= 0x80
                #expect(digest(bytes) != digest(other))
                other[place] ^= 0x80
                other.remove(at: place)
                #expect(digest(bytes) != digest(other))
            }
        }
    }
}
