package import IPsec

/// Requests as bytes, to be sent one after the other; see ``Exchange``.
package struct EncodedBurst: Sendable {
    /// The id of the first request; those that follow have the ids that follow.
    package let firstID: RequestID
    /// Whether a request that is refused keeps those behind it from being sent.
    package let stopsAtRefusal: Bool
    /// Whether none of the requests depends on another one: several may be sent at once, and one whose answer is lost may be
    /// asked again behind them.
    let isUnordered: Bool
    /// What had stopped when whoever asks asked.
    let known: ExchangeStops

    private(set) var bytes: [UInt8]
    /// Where the datagrams lie; `nil` for a request that the interface has no bytes for.
    private(set) var datagrams: [Range<Int>?] = []

    /// - Parameters:
    ///   - isUnordered: whether none of its requests depends on another one.
    ///   - known: the stops that whoever asks knows of.
    ///   - byteCount: about what its datagrams will take.
    package init(
        from firstID: RequestID, stopsAtRefusal: Bool, isUnordered: Bool = false, known: ExchangeStops,
        reserving byteCount: Int
    ) {
        self.firstID = firstID
        self.stopsAtRefusal = stopsAtRefusal
        self.isUnordered = isUnordered
        self.known = known
        bytes = []
        bytes.reserveCapacity(byteCount)
    }

    /// So many requests are sent at once at most, where that can be.
    static let window = 8

    /// Whether a request is the last of those that are sent at once.
    ///
    /// - Parameters:
    ///   - index: which of the burst it is.
    ///   - count: how many requests the burst will have.
    func endsDatagram(_ index: Int, of count: Int) -> Bool {
        index % Self.window == Self.window - 1 || index == count - 1
    }

    /// Adds a request.
    package mutating func append(_ datagram: [UInt8]) {
        let start = bytes.count
        bytes += datagram
        datagrams.append(start..<bytes.count)
    }

    /// Adds a request that cannot be said: it will be refused when its turn comes.
    package mutating func appendUnspeakable() {
        datagrams.append(nil)
    }

    /// Where requests lie that can be sent at once, from one on up to one that cannot be said.
    ///
    /// - Returns: no place for a request that cannot be said; and how many they are.
    func next(from index: Int, atMost limit: Int) -> (range: Range<Int>?, count: Int) {
        guard let first = datagrams[index] else { return (nil, 1) }
        var end = first.upperBound
        var count = 1
        while count < limit, index + count < datagrams.count, let next = datagrams[index + count] {
            end = next.upperBound
            count += 1
        }
        return (first.lowerBound..<end, count)
    }

    /// Wipes what has been sent: it may hold keys.
    mutating func wipe(_ range: Range<Int>) {
        bytes.overwriteWithZeros(in: range)
    }

    mutating func wipe() {
        wipe(0..<bytes.count)
    }
}
