package import IPsec

/// One column of lifetimes; seconds, bytes, packets.
package struct LifetimeRecord: Codable, Hashable, Sendable {
    package var allocations: Int
    package var bytes: Int
    package var addTime: Int
    package var useTime: Int

    /// The record of `lifetime`; counts beyond `Int` are shown as its maximum.
    package init(_ lifetime: Lifetime) {
        allocations = Int(lifetime.allocations)
        bytes = Int(clamping: lifetime.bytes)
        addTime = Int(clamping: lifetime.addTime)
        useTime = Int(clamping: lifetime.useTime)
    }
}
