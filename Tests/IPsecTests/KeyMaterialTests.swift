import IPsec
import Testing

struct KeyMaterialTests {
    @Test func keysCompareByContentAndLength() {
        #expect(KeyMaterial([1, 2, 3]) == KeyMaterial([1, 2, 3]))
        #expect(KeyMaterial([1, 2, 3]) != KeyMaterial([1, 2, 4]))
        #expect(KeyMaterial([1, 2, 3]) != KeyMaterial([1, 2]))
        #expect(KeyMaterial([]) == KeyMaterial([]))
        #expect(KeyMaterial([1, 2, 3]).bitCount == 24)
    }

    @Test func noTextFormOfAKeyShowsItsBytes() {
        let key = KeyMaterial(Array("SECRETSECRET".utf8))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped, "\([key])", "\(Optional(key) as Any)"] {
            #expect(!text.contains("SECRET") && !text.contains("83") && !text.contains("53"))
        }
    }

    @Test func theBytesAreLentAsTheyWereGiven() {
        let bytes: [UInt8] = (0..<64).map { $0 }
        let lent = KeyMaterial(bytes).withBytes { span in span.indices.map { span[$0] } }
        #expect(lent == bytes)
    }
}
