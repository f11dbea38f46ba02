/// The datagrams that one reception on a netlink socket has brought, message by message.
package struct NetlinkBatch: Sendable {
    /// So many datagrams are received at once, at most.
    package static let capacity = 8
    /// The longest datagram of a dump; the kernel fills no more (xfrm-facts B2).
    package static let datagramCapacity = 32 << 10

    /// The datagrams, each at a multiple of ``datagramCapacity``.
    package var bytes = [UInt8](repeating: 0, count: capacity * datagramCapacity)
    /// How long each is; one that is longer than its place is not whole.
    package var byteCounts: [Int] = []
    /// How many of them have been read, and how far the one that is being read.
    private var position = 0
    private var datagram = NetlinkDatagram()

    package init() {
        byteCounts.reserveCapacity(Self.capacity)
    }

    /// What is next in it.
    enum Next {
        /// A message, at this place of ``bytes``.
        case message(Range<Int>)
        /// A datagram that was longer than its place.
        case truncated
        /// There is nothing more.
        case end
    }

    mutating func next() -> Next {
        while true {
            if let range = nextMessage() { return .message(range) }
            guard position < byteCounts.count else { return .end }
            position += 1
            guard byteCounts[position - 1] <= Self.datagramCapacity else {
                datagram = NetlinkDatagram()
                bytes.overwriteWithZeros(in: place)
                return .truncated
            }
            datagram = NetlinkDatagram(byteCount: byteCounts[position - 1])
        }
    }

    /// Where the datagram lies that is being read.
    private var place: Range<Int> {
        (position - 1) * Self.datagramCapacity..<position * Self.datagramCapacity
    }

    private mutating func nextMessage() -> Range<Int>? {
        guard position > 0 else { return nil }
        var rest = datagram
        defer { datagram = rest }
        let start = place.lowerBound
        return rest.next(in: bytes.span.extracting(place)).map { start + $0.lowerBound..<start + $0.upperBound }
    }

    /// Forgets all of it, what has not been read first, which may be keys; the room stays.
    mutating func wipe() {
        bytes.overwriteWithZeros(first: bytes.count)
        clear()
    }

    /// Makes room for what is received next.
    mutating func clear() {
        byteCounts.removeAll(keepingCapacity: true)
        position = 0
        datagram = NetlinkDatagram()
    }
}
