import IPsec

/// How far the kernel's hash thresholds are on the way to what suits a file.
enum ThresholdTuning: Sendable {
    /// What suits the file is being found.
    case choosing(HashThresholdChoice)
    /// These suit it; the kernel is asked what it has.
    case asking(HashThresholds)
    /// It has others: it is being found, in a walk through its policies, what sorting those anew would cost.
    case weighing(Change, HashRebuildCost, EntryTable<SecurityPolicy>.CursorID)
    /// It is asked to take them.
    case setting(Change)

    /// From which thresholds to which.
    struct Change: Hashable, Sendable {
        let former: HashThresholds
        let new: HashThresholds
        /// How many policies the kernel has.
        let policyCount: Int

        /// - Parameters:
        ///   - wanted: the kernel's own stay where it names none.
        ///   - present: what the kernel has.
        /// - Returns: `nil` where it has them.
        init?(to wanted: HashThresholds, from present: HashThresholds, policyCount: Int) {
            former = present
            new = HashThresholds(ipv4: wanted.ipv4 ?? present.ipv4, ipv6: wanted.ipv6 ?? present.ipv6)
            self.policyCount = policyCount
            guard new != former else { return nil }
        }
    }
}

extension ThresholdTuning.Change {
    /// Those that become others, and what they were: `IPv4 24/24 (was 32/32)`.
    var phrase: String {
        changed.map { "\($0.word) \($0.new.phrase) (was \($0.former.phrase))" }.joined(separator: ", ")
    }

    /// Those that become others: `IPv4 24/24`.
    var newPhrase: String { changed.map { "\($0.word) \($0.new.phrase)" }.joined(separator: ", ") }

    /// What these are now: `IPv4 32/32`.
    var formerPhrase: String { changed.map { "\($0.word) \($0.former.phrase)" }.joined(separator: ", ") }

    /// The command that sets them.
    var command: String {
        "ip xfrm policy set" + changed.map { " \($0.option) \($0.new.local) \($0.new.remote)" }.joined()
    }

    private var changed: [(word: String, option: String, new: HashThresholds.Lengths, former: HashThresholds.Lengths)] {
        [(IPAddress.Family.ipv4, "IPv4", "hthresh4"), (.ipv6, "IPv6", "hthresh6")].compactMap { family, word, option in
            guard let new = new[family], let former = former[family], new != former else { return nil }
            return (word, option, new, former)
        }
    }
}

extension HashThresholds.Lengths {
    /// Local and remote, as `ip xfrm policy count` has them: `24/24`.
    fileprivate var phrase: String { "\(local)/\(remote)" }
}
