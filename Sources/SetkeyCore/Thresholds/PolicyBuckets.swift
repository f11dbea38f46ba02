import IPsec

/// How many policies the kernel's hash puts together where these are the thresholds: those of one direction whose
/// prefixes agree as far as the thresholds are long.
struct PolicyBuckets: Sendable {
    private struct Bucket: Hashable, Sendable {
        let direction: Direction
        let local: IPAddress
        let remote: IPAddress
    }

    private let thresholds: HashThresholds
    private var counts: [Bucket: Int] = [:]

    init(_ thresholds: HashThresholds) {
        self.thresholds = thresholds
    }

    /// Puts a policy where it belongs.
    ///
    /// - Returns: how many are there now; `nil` for one that has a shorter prefix, or is of a family whose thresholds are
    ///   not known.
    mutating func add(_ identity: PolicyIdentity) -> Int? {
        let (local, remote) = (identity.localPrefix, identity.remotePrefix)
        guard let lengths = thresholds[local.address.family], lengths.admit(identity.prefixLengths) else { return nil }
        let bucket = Bucket(
            direction: identity.direction, local: local.address.masked(toPrefix: lengths.local),
            remote: remote.address.masked(toPrefix: lengths.remote))
        return counts[bucket, default: 0].increased()
    }
}

extension Int {
    fileprivate mutating func increased() -> Int {
        self += 1
        return self
    }
}
