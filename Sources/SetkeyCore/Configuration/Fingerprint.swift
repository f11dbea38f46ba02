import SetkeySyntax
import TextBytes

/// Tells two texts of the configuration apart; not a cryptographic hash.
package struct Fingerprint: RawRepresentable, Hashable, Sendable {
    /// Of nothing.
    static let none = Fingerprint(rawValue: 0)

    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }
}

extension Fingerprint {
    /// Of the bytes of all sources, in the order of reading: FNV-1a, eight bytes at a time.
    init(of sources: [SourceText]) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func take(_ bits: UInt64) {
            // The multiplication carries upwards only: the rotation brings the high bits down again.
            let product = (hash ^ bits) &* 0x100_0000_01b3
            hash = product << 29 | product >> 35
        }
        for source in sources {
            let bytes = source.bytes.span
            var index = 0
            while index <= bytes.count - ByteWord.byteCount {
                take(ByteWord(bytes, at: index).bits)
                index += ByteWord.byteCount
            }
            while index < bytes.count {
                take(UInt64(bytes[index]))
                index += 1
            }
            take(UInt64(bytes.count))
        }
        self.init(rawValue: hash)
    }
}
