/// One column of lifetimes, as PF_KEY counts them (RFC 2367, 2.3.2): limits, or what has been used.
///
/// As a limit, 0 means unlimited in every field.
package struct Lifetime: Hashable, Sendable {
    /// Nothing used; or, as a limit, none.
    package static let zero = Lifetime()

    /// Packets (Linux counts packets where RFC 2367 says connections).
    package var allocations: UInt64
    /// Bytes that the SA has processed.
    package var bytes: UInt64
    /// As a limit: seconds since creation. As a count: when it was created, seconds since 1970.
    package var addTime: UInt64
    /// As a limit: seconds since first use. As a count: when it was first (SA) or last (policy) used; 0 for never.
    package var useTime: UInt64

    package init(allocations: UInt64 = 0, bytes: UInt64 = 0, addTime: UInt64 = 0, useTime: UInt64 = 0) {
        self.allocations = allocations
        self.bytes = bytes
        self.addTime = addTime
        self.useTime = useTime
    }
}

/// The soft and hard limits of an SA or a policy.
package struct LifetimeLimits: Hashable, Sendable {
    /// No limit at all.
    package static let none = LifetimeLimits(soft: .zero, hard: .zero)

    /// What makes it dying, and is told.
    package var soft: Lifetime
    /// What ends it.
    package var hard: Lifetime

    package init(soft: Lifetime, hard: Lifetime) {
        self.soft = soft
        self.hard = hard
    }

    /// Whether nothing is limited.
    package var isNone: Bool { self == .none }

    /// Whether a soft limit comes after the hard one, and so would never be told.
    package var isSoftAfterHard: Bool {
        hard.addTime > 0 && soft.addTime > hard.addTime || hard.bytes > 0 && soft.bytes > hard.bytes
            || hard.useTime > 0 && soft.useTime > hard.useTime
            || hard.allocations > 0 && soft.allocations > hard.allocations
    }
}

/// Which of the two limits an EXPIRE tells of.
package enum Hardness: Hashable, Sendable {
    /// The one after which an SA is dying, and still in use as a policy is.
    case soft
    /// The one after which the SA or the policy is gone.
    case hard
}
