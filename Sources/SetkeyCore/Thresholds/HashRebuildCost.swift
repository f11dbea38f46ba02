package import IPsec

/// What it costs the kernel to change its thresholds while it has policies: it sorts all of them anew, and keeps a CPU,
/// with packets waiting, until that is done (xfrm-facts B3).
package struct HashRebuildCost: Sendable {
    /// Of policies that are searched one after the other: up to so many the kernel is done within 50 ms.
    private static let limit = 1000
    /// From this release on policies without a hash cost no more than others.
    private static let quickSince = KernelRelease(6, 12)

    private let isQuick: Bool
    private var buckets: PolicyBuckets
    /// Policies that the kernel will have no hash for.
    private var unhashedCount = 0
    /// How often one policy has to be compared with another of its bucket.
    private var comparisons = 0
    /// All policies that were counted.
    private var count = 0

    /// - Parameters:
    ///   - thresholds: what they would be.
    ///   - release: the kernel's; `nil` if it is not known.
    package init(to thresholds: HashThresholds, on release: KernelRelease?) {
        buckets = PolicyBuckets(thresholds)
        isQuick = release.map { $0 >= Self.quickSince } ?? false
    }

    /// Counts a policy that the kernel has.
    package mutating func add(_ policy: PolicyIdentity) {
        // Not in the tables that are sorted.
        guard !policy.outlivesFlush else { return }
        count += 1
        if let size = buckets.add(policy) { comparisons += size - 1 } else { unhashedCount += 1 }
    }

    /// Whether the kernel can be asked to.
    ///
    /// - Parameter total: how many policies it has; those that were not counted may be any.
    package func isBearable(of total: Int) -> Bool {
        let unhashed = unhashedCount + max(0, total - count)
        let compared = 2 * comparisons + (isQuick ? 0 : unhashed * unhashed)
        return compared <= Self.limit * Self.limit
    }
}
