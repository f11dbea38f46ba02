/// What a kernel says of a refusal in words, beside the errno: XFRM does, for many (xfrm-facts B4).
package final class KernelWords: Sendable {
    /// More than any kernel says.
    private static let limit = 200

    /// Printable ASCII; never empty.
    package let text: String

    /// - Parameter bytes: what is not printable ASCII is left out, and what is too much.
    /// - Returns: `nil` if nothing is left.
    package init?(_ bytes: some Sequence<UInt8>) {
        let printable = bytes.prefix(Self.limit).filter { (0x20...0x7e).contains($0) }
        guard !printable.isEmpty else { return nil }
        text = String(decoding: printable, as: UTF8.self)
    }
}
