import IPsec
import TextBytes

/// Stands for a piece of a text that may hold keys, to be told from other pieces later on without the text.
///
/// 128 bits of SipHash by a secret of this process: nobody can make two texts that are taken for the same one, and no
/// key can be found from it but by trying all.
struct TextDigest: Equatable, Sendable {
    private let first: UInt64
    private let second: UInt64

    /// A hash that nobody else can compute; that of the process may be told by the environment.
    private static let secret: Hasher = {
        var generator = SystemRandomNumberGenerator()
        var hasher = Hasher()
        for _ in 0..<2 { hasher.combine(generator.next()) }
        return hasher
    }()

    init(_ text: Span<UInt8>) {
        var hasher = Self.secret
        var index = 0
        while index <= text.count - ByteWord.byteCount {
            hasher.combine(ByteWord(text, at: index).bits)
            index += ByteWord.byteCount
        }
        // At most seven bytes, and how many there are.
        var rest = UInt64(text.count - index)
        while index < text.count {
            rest = rest << 8 | UInt64(text[index])
            index += 1
        }
        hasher.combine(rest)
        var other = hasher
        hasher.combine(1 as UInt64)
        other.combine(2 as UInt64)
        first = UInt64(bitPattern: Int64(hasher.finalize()))
        second = UInt64(bitPattern: Int64(other.finalize()))
    }
}
