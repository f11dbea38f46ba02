package import IPsec

/// Which thresholds suit the policies of a file, found a few policies at a time (xfrm-facts B3, rule 1).
///
/// Of each family: of the pairs of prefix lengths that occur the one with which the kernel has to go over the fewest
/// policies to find one, those without a hash and those that share it together; the longest of those. A pair that puts
/// too many together is passed over. So a policy for all traffic beside many others is left without a hash, instead of
/// all being put together.
package struct HashThresholdChoice: Sendable {
    /// So many policies may share a hash: the kernel goes over all of them for each that it adds.
    static let bucketLimit = 64
    /// So many pairs are tried for a family; those after them would leave most policies without a hash.
    private static let candidateLimit = 8

    /// A family, and the pairs that may suit it; the first of them is being tried.
    private struct Trial: Sendable {
        let family: IPAddress.Family
        var candidates: ArraySlice<PrefixLengthSurvey.Candidate>
        var buckets: PolicyBuckets
        /// The most policies that share a hash.
        var largestBucket = 0
        /// The best pair so far, and how many policies the kernel has to go over with it.
        var best: (lengths: HashThresholds.Lengths, cost: Int)?

        /// - Returns: `nil` if there is none that could be better than the best so far.
        init?(
            _ family: IPAddress.Family, _ candidates: ArraySlice<PrefixLengthSurvey.Candidate>,
            after best: (lengths: HashThresholds.Lengths, cost: Int)? = nil
        ) {
            guard let first = candidates.first, best.map({ first.unhashedCount + 1 < $0.cost }) ?? true else {
                return nil
            }
            self.family = family
            self.candidates = candidates
            self.best = best
            var thresholds = HashThresholds()
            thresholds[family] = first.lengths
            buckets = PolicyBuckets(thresholds)
        }

        mutating func add(_ policy: PolicyIdentity) {
            if let size = buckets.add(policy) { largestBucket = max(largestBucket, size) }
        }

        /// Whether the pair puts too many together.
        var isPassedOver: Bool { largestBucket > HashThresholdChoice.bucketLimit }

        /// The best pair when this one has been tried.
        var bestSoFar: (lengths: HashThresholds.Lengths, cost: Int)? {
            guard let first = candidates.first, !isPassedOver else { return best }
            let cost = first.unhashedCount + largestBucket
            return best.map { $0.cost <= cost } ?? false ? best : (first.lengths, cost)
        }
    }

    private enum Stage: Sendable {
        case surveying
        case trying(Trial)
        case done
    }

    private var stage = Stage.surveying
    /// The next policy to look at.
    private var position = 0
    private var ipv4 = PrefixLengthSurvey()
    private var ipv6 = PrefixLengthSurvey()

    /// The thresholds, once ``isDone``; `nil` for a family that has no policies, or none that any would suit.
    package private(set) var thresholds = HashThresholds()

    package init() {}

    /// Whether all has been looked at that is to be.
    package var isDone: Bool { if case .done = stage { true } else { false } }

    /// Looks at up to `count` more policies.
    ///
    /// - Parameters:
    ///   - total: how many there are; the same each time.
    ///   - policy: what names the one at an index.
    package mutating func advance(_ count: Int, of total: Int, _ policy: (Int) -> PolicyIdentity) {
        var left = count
        while left > 0, !isDone {
            if position < total { look(at: policy(position)) } else { endOfPolicies() }
            left -= 1
        }
    }

    private mutating func look(at policy: PolicyIdentity) {
        position += 1
        guard !policy.isDefault else { return }
        switch stage {
        case .surveying:
            if policy.localPrefix.address.family == .ipv4 {
                ipv4.add(policy.prefixLengths)
            } else {
                ipv6.add(policy.prefixLengths)
            }
        case .trying(var trial):
            // One reference to the buckets.
            stage = .done
            trial.add(policy)
            stage = .trying(trial)
            if trial.isPassedOver { next(after: trial) }
        case .done: break
        }
    }

    private mutating func endOfPolicies() {
        switch stage {
        case .surveying: begin(Trial(.ipv4, ipv4.best(Self.candidateLimit)[...]), of: .ipv4)
        case .trying(let trial): next(after: trial)
        case .done: break
        }
    }

    /// Goes on to the next pair of a family.
    private mutating func next(after trial: Trial) {
        let best = trial.bestSoFar
        thresholds[trial.family] = best?.lengths
        begin(Trial(trial.family, trial.candidates.dropFirst(), after: best), of: trial.family)
    }

    /// Begins to try a pair, and where none is left goes on to the next family.
    private mutating func begin(_ trial: Trial?, of family: IPAddress.Family) {
        position = 0
        if let trial {
            stage = .trying(trial)
        } else if family == .ipv4 {
            begin(Trial(.ipv6, ipv6.best(Self.candidateLimit)[...]), of: .ipv6)
        } else {
            stage = .done
        }
    }
}

/// How often each pair of prefix lengths occurs.
private struct PrefixLengthSurvey: Sendable {
    private var counts: [HashThresholds.Lengths: Int] = [:]

    mutating func add(_ lengths: HashThresholds.Lengths) { counts[lengths, default: 0] += 1 }

    /// A pair, and how many policies have a shorter prefix.
    struct Candidate: Sendable {
        let lengths: HashThresholds.Lengths
        let unhashedCount: Int
    }

    /// The pairs that, as thresholds, leave the fewest policies out, the longest first where they leave out as many.
    func best(_ count: Int) -> [Candidate] {
        let admitted = admittedCounts()
        let total = counts.values.reduce(0, +)
        return Array(
            counts.keys.map { Candidate(lengths: $0, unhashedCount: total - admitted[Self.place($0)]) }
                .sorted { $0.order < $1.order }.prefix(count))
    }

    /// Lengths from 0 to 128.
    private static let side = 129

    private static func place(_ lengths: HashThresholds.Lengths) -> Int {
        Int(lengths.local) * side + Int(lengths.remote)
    }

    /// For each pair how many policies have prefixes that are at least so long: sums from the longest on, along both
    /// sides, so that no number of pairs makes it slow.
    private func admittedCounts() -> [Int] {
        var sums = [Int](repeating: 0, count: Self.side * Self.side)
        for (lengths, count) in counts { sums[Self.place(lengths)] = count }
        for place in sums.indices.reversed() where place % Self.side < Self.side - 1 { sums[place] += sums[place + 1] }
        for place in sums.indices.reversed() where place + Self.side < sums.count {
            sums[place] += sums[place + Self.side]
        }
        return sums
    }
}

extension PrefixLengthSurvey.Candidate {
    /// The fewest left out come first, and of those the longest.
    fileprivate var order: (Int, Int, Int) {
        (unhashedCount, -Int(lengths.local) - Int(lengths.remote), -Int(lengths.local))
    }
}
