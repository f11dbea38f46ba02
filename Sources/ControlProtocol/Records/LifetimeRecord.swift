package import IPsec

/// One column of lifetimes; seconds, bytes, packets.
package struct LifetimeRecord: Codable, Hashable, Sendable {
    /// Packets.
    package var allocations: Int
    /// Bytes.
    package var bytes: Int
    /// As a limit, seconds since creation; as a count, when it was created, in seconds since 1970. 0 for none.
    package var addTime: Int
    /// As a limit, seconds since first use; as a count, when it was first used, in seconds since 1970. 0 for none.
    package var useTime: Int

    /// The record of `lifetime`; counts beyond `Int` are shown as its maximum.
    package init(_ lifetime: Lifetime) {
        allocations = Int(clamping: lifetime.allocations)
        bytes = Int(clamping: lifetime.bytes)
        addTime = Int(clamping: lifetime.addTime)
        useTime = Int(clamping: lifetime.useTime)
    }
}
