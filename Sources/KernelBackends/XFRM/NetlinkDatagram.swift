internal import CLinux

/// The messages of a netlink datagram, one after the other; each begins at a multiple of four bytes.
package struct NetlinkDatagram: Sendable {
    /// Where the next message begins.
    private var offset = 0
    /// How many bytes the datagram has.
    private var end = 0

    /// An empty one.
    package init() {}

    /// One of so many bytes, of which none has been read.
    package init(byteCount: Int) {
        end = byteCount
    }

    /// Where the next message lies in `bytes`, which hold the datagram; `nil` at its end.
    ///
    /// Where a header cannot be right, everything that is left is one message, which then cannot be read: nothing is
    /// dropped unseen.
    package mutating func next(in bytes: Span<UInt8>) -> Range<Int>? {
        guard offset < end, end <= bytes.count else { return nil }
        let left = bytes.extracting(offset..<end)
        let length = Self.statedLength(of: left)
        let isPossible = length.map { $0 >= NetlinkHeader.byteCount && $0 <= left.count } ?? false
        let range = offset..<(isPossible ? offset + (length ?? 0) : end)
        offset = min((range.upperBound + 3) & ~3, end)
        return range
    }

    private static func statedLength(of message: Span<UInt8>) -> Int? {
        var reader = WireReader(message)
        return (try? reader.read(UInt32.self)).map { Int($0) }
    }
}
