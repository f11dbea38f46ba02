import Testing

@testable import SetkeySyntax

struct CommonBytesTests {
    // A span cannot go through the macro.
    private func prefix(_ left: [UInt8], _ right: [UInt8]) -> Int { left.span.commonPrefixCount(right.span) }
    private func suffix(_ left: [UInt8], _ right: [UInt8]) -> Int { left.span.commonSuffixCount(right.span) }

    /// All lengths around one step of the comparison, and a difference at every place.
    @Test func theFirstAndTheLastDifferenceAreFound() {
        for count in 0..<70 {
            let bytes = (0..<UInt8(count)).map { $0 }
            #expect(prefix(bytes, bytes) == count)
            #expect(suffix(bytes, bytes) == count)
            for place in 0..<count {
                var other = bytes
                other[place] ^= 0x80
                #expect(prefix(bytes, other) == place)
                #expect(suffix(bytes, other) == count - 1 - place)
                other.insert(255, at: place)
                #expect(prefix(bytes, other) == place)
                #expect(suffix(other, bytes) == count - 1 - place)
                #expect(suffix(bytes, Array(other.dropFirst(place))) == count - 1 - place)
            }
        }
    }
}
