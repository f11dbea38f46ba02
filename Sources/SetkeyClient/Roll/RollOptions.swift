package import IPsec
import SetkeySyntax

/// Which tunnel is rolled, and when.
package struct RollOptions: Hashable, Sendable {
    /// By how many seconds what receives begins earlier, and ends later, unless somebody says otherwise.
    package static let ordinaryOverlap = 3600

    /// The file that declares it.
    package let input: Input
    /// The SPI of one of its SAs.
    package let spi: SPI
    /// When to change, in seconds since 1970.
    package let moment: Int
    /// `--overlap`: by how many seconds what receives begins earlier, and ends later.
    package let overlap: Int
    /// `--peer`: the statements for the other end.
    package let isForPeer: Bool
    /// `--show-keys`.
    package let showKeys: Bool

    /// - Parameters:
    ///   - spi: `--spi`, as it is written.
    ///   - moment: `--at`.
    /// - Throws: a usage error.
    init(
        _ input: Input, spi: String?, at moment: Int?, overlap: Int?, isForPeer: Bool, showKeys: Bool
    ) throws(ClientFailure) {
        guard let spi, let moment else {
            throw .usage(
                "--roll needs --spi and --at: setkey --roll FILE --spi 0x1001 --at 2027-01-01T00:00:00Z")
        }
        guard let number = Self.number(spi) else { throw .usage("--spi takes a number such as 0x1001, not '\(spi)'") }
        let overlap = overlap ?? Self.ordinaryOverlap
        guard (0...31_536_000).contains(overlap) else {
            throw .usage("--overlap takes 0 to 31536000 seconds, not \(overlap)")
        }
        (self.input, self.spi, self.moment, self.overlap) = (input, SPI(rawValue: number), moment, overlap)
        (self.isForPeer, self.showKeys) = (isForPeer, showKeys)
    }

    private static func number(_ text: String) -> UInt32? {
        text.hasPrefix("0x") || text.hasPrefix("0X") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
    }
}
